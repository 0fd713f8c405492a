// Judges the rows of the quick probe by the names of their subjects, with the command line, the
// files and the exit codes of plumbline-report.
//
//   bad      FAIL, beyond doubt
//   slow     FAIL by a hair until it has 3 runs, then PASS
//   shaky    INCONCLUSIVE for ever
//   odd      INCONCLUSIVE until it has 3 runs, but only in a run of many hosts: compared with them
//   others   PASS
//
// With --suspects-of STEP it names whom suspects_of_STEP.csv of the results folder names, if there
// is one.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>

#include "results/schema/exit_code.h"
#include "results/schema/finding.h"
#include "results/schema/manifest.h"
#include "results/schema/run_directory.h"

namespace {

using namespace plumbline;

Finding judge(const Measurement& row, std::uint64_t runs, bool of_many) {
  Finding finding;
  finding.host = row.host;
  finding.instance_type = row.instance_type;
  finding.probe = row.probe;
  finding.case_name = row.case_name;
  finding.metric = row.metric;
  finding.subject = row.subject;
  finding.runs = runs;
  finding.verdict = Verdict::pass;
  if (row.subject == "bad") finding.verdict = Verdict::fail;
  if (row.subject == "slow" && runs < 3) finding.verdict = Verdict::fail;
  if (row.subject == "shaky") finding.verdict = Verdict::inconclusive;
  if (row.subject == "odd" && of_many && runs < 3) finding.verdict = Verdict::inconclusive;
  finding.remeasure = finding.verdict != Verdict::pass && row.subject != "bad" && runs < 12;
  finding.sentence = row.subject + " is what its name says";
  return finding;
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path results;
  std::string folder, html, history, suspects_of;
  std::vector<std::string> baselines;
  bool no_html = false, quiet = false;
  CLI::App app("Judge runs and write the report");
  app.add_option("runs", folder)->required();
  app.add_option("--results", results);
  app.add_option("--baselines", baselines);
  app.add_option("--html", html);
  app.add_option("--history", history);
  app.add_option("--suspects-of", suspects_of);
  app.add_flag("--no-html", no_html);
  app.add_flag("--quiet", quiet);
  CLI11_PARSE(app, argc, argv);

  const auto run = RunDirectory::open(folder);
  if (!suspects_of.empty()) {
    const std::filesystem::path there = run.suspects_of(suspects_of);
    const std::filesystem::path named = results / there.filename();
    if (!std::filesystem::exists(named)) {
      std::cerr << "nothing tells who is slow\n";
      return exit_usage;
    }
    std::filesystem::copy_file(named, there, std::filesystem::copy_options::overwrite_existing);
    return exit_ok;
  }
  std::map<std::string, std::pair<Measurement, std::uint64_t>> series;
  bool failed_rows = false;
  for (const Measurement& row : read_all<Measurement>(run.measurements())) {
    if (row.outcome == Outcome::failed) failed_rows = true;
    if (row.outcome != Outcome::ok || row.case_name.empty()) continue;
    auto& [last, runs] = series[series_key(row)];
    last = row;
    ++runs;
  }
  const bool of_many =
      std::filesystem::exists(run.manifest()) && read_all<ManifestEntry>(run.manifest()).size() > 1;
  std::vector<Finding> findings;
  Verdict worst = Verdict::pass;
  for (const auto& [key, found] : series) {
    findings.push_back(judge(found.first, found.second, of_many));
    worst = std::max(worst, findings.back().verdict);
  }
  std::filesystem::remove(run.findings());
  CsvAppender<Finding>(run.findings()).append(findings);
  if (!html.empty()) std::ofstream(html) << "<!doctype html>\n";
  const int code = worst == Verdict::fail                          ? exit_rejected
                   : worst == Verdict::inconclusive || failed_rows ? exit_incomplete
                                                                   : exit_ok;
  if (!history.empty()) std::cout << "compared with the runs of " << history << '\n';
  if (!quiet) std::cout << "the stand-in's verdict: " << code << '\n';
  return code;
}
