// plumbline-report: judges runs and writes findings.csv, nodes.csv, report.html and a summary.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "reports/formats/bundle.h"
#include "reports/formats/changes.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/tables.h"
#include "reports/formats/terminal_summary.h"
#include "reports/judging/evidence_collector.h"
#include "reports/judging/find_run.h"
#include "reports/judging/judge_runs.h"
#include "reports/judging/step_suspects.h"
#include "reports/judging/worst_findings.h"
#include "reports/pages/report_page.h"
#include "reports/programs/arguments.h"
#include "results/schema/file_error.h"
#include "results/schema/host_identity.h"
#include "results/schema/install_tree.h"

namespace plumbline {
namespace {

constexpr std::size_t shown_findings = 10;

struct Order {
  std::vector<std::string> runs;
  std::string results = "results";
  std::vector<std::string> baselines;
  std::string history;
  std::string output;
  std::string html;
  std::string junit;
  std::string prometheus;
  std::string json_lines;
  bool no_html = false;
  bool quiet = false;
  std::string since;
  std::string bundle;
  std::optional<std::string> suspects_of;
  std::string command;
};

bool colours_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

BaselineStore baselines_of(const Order& order) {
  return BaselineStore::of(InstallTree::of_this_program().baselines(), order.results,
                           order.baselines);
}

std::filesystem::path output_of(const Order& order, const RunDirectory& run) {
  if (order.output.empty()) return run.path();
  std::filesystem::create_directories(order.output);
  return order.output;
}

ReportOrigin origin_of(const std::vector<RunDirectory>& runs) {
  ReportOrigin origin{{}, wall_now()};
  for (const RunDirectory& run : runs) origin.runs.push_back(run.name());
  return origin;
}

/// What is quiet says what changed since another run.
std::optional<Changes> changes_of(const Order& order, const RunDirectory& run) {
  if (!order.quiet) return std::nullopt;
  return Changes(order.since.empty() ? run_before(run) : find_run(order.results, order.since));
}

int report(const Order& order) {
  const auto runs = find_runs(order.results, order.runs);
  const RunDirectory& run = runs.front();
  BaselineStore baselines = baselines_of(order);
  const std::filesystem::path output = output_of(order, run);
  const auto there = [&](const std::filesystem::path& file) { return output / file.filename(); };
  const std::filesystem::path html_file =
      order.html.empty() ? there(run.report()) : std::filesystem::path(order.html);
  const ReportOrigin origin = origin_of(runs);
  const auto writers = report_writers({.findings = there(run.findings()),
                                       .nodes = there(run.nodes()),
                                       .pairs = there(run.pairs()),
                                       .suspects = there(run.suspects()),
                                       .markdown = there(run.findings_page()),
                                       .junit = order.junit,
                                       .prometheus = order.prometheus,
                                       .json_lines = order.json_lines},
                                      origin);
  WorstFindings worst(shown_findings);
  FindingKinds kinds;
  std::optional<Changes> changes = changes_of(order, run);
  std::optional<EvidenceCollector> evidence;
  if (!order.no_html) evidence.emplace(baselines);
  const auto add = [&](const NodeEvaluation& node, std::span<const Measurement> rows,
                       const std::vector<std::string>& texts) {
    for (const Finding& finding : node.findings) {
      worst.add(finding);
      kinds.add(finding);
    }
    for (std::size_t i = 0; i < writers.size(); ++i) writers[i]->add(node, rows, texts[i]);
    if (changes) changes->add(node);
    if (evidence) evidence->add(node, rows);
  };
  const HostWork work{[&](const NodeEvaluation& node, std::span<const Measurement> rows) {
    std::vector<std::string> texts;
    for (const auto& writer : writers) texts.push_back(writer->text_of(node));
    return [&add, &node, rows, texts = std::move(texts)] { add(node, rows, texts); };
  }};
  const Judgement judgement = judge_runs(runs, baselines, work, order.history);
  SummaryInput input;
  input.runs = origin.runs;
  input.worst = worst.in_order();
  input.kinds = kinds.in_order();
  input.baselines = baselines.used();
  for (const auto& writer : writers) {
    if (writer->finish(judgement)) input.written.push_back(writer->file());
  }
  if (evidence) {
    write_report_page(evidence->finish(judgement, runs, order.command), html_file);
    input.written.push_back(html_file);
  }
  fmt::print("{}", changes ? changes->text(judgement, run.name())
                           : terminal_summary(judgement, input, colours_wanted()));
  return judgement.fleet.exit_code();
}

/// The evidence of one node, which is judged among the others.
int bundle(const Order& order) {
  const auto runs = find_runs(order.results, order.runs);
  BaselineStore baselines = baselines_of(order);
  BundleFile file(output_of(order, runs.front()) / (file_safe(order.bundle) + ".tar.gz"),
                  order.bundle, runs, origin_of(runs));
  const Judgement judgement = judge_runs(
      runs, baselines, [&](const NodeEvaluation& node, std::span<const Measurement> rows) {
        file.add(node, rows, {});
      });
  if (!file.finish(judgement)) {
    throw FileError(
        runs.front().path().string(), 0, "",
        "there is no node \"" + order.bundle + "\", neither in the manifest nor in rows");
  }
  fmt::print("written: {}\n", file.file().string());
  return exit_ok;
}

/// Who is to be measured again, of a run that goes on.
int name_suspects(const Order& order, const std::string& step) {
  const auto runs = find_runs(order.results, order.runs);
  const RunDirectory& run = runs.front();
  BaselineStore baselines = baselines_of(order);
  const auto suspects = suspects_of_step(runs, step, baselines);
  if (!suspects) {
    throw FileError(run.measurements().string(), 0, "",
                    "the rounds of the step \"" + step +
                        "\" have no rate from one host's NIC to another's: nothing tells which of "
                        "two hosts is slow");
  }
  const auto file = output_of(order, run) / run.suspects_of(step).filename();
  write_suspects(file, *suspects);
  fmt::print("written: {}\n", file.string());
  return exit_ok;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  plumbline::Order order;
  order.command = "plumbline report";
  for (int i = 1; i < argc; ++i) order.command += std::string(" ") + argv[i];
  CLI::App app(
      "Is it as good as it should be? Judges runs against the baselines of their instance types.\n"
      "Exit: 0 accepted, 1 rejected, 2 usage, 3 incomplete, 4 suspect the harness.",
      "plumbline-report");
  app.add_option("RUN", order.runs,
                 "Folder of a run, its name, or latest; several are judged "
                 "together (default: latest)");
  app.add_option("--results", order.results, "Folder of runs and learned baselines")
      ->capture_default_str();
  app.add_option("--baselines", order.baselines,
                 "More baselines: a folder of <type>.csv, or a file for every type; the last one "
                 "holds")
      ->allow_extra_args(false);
  app.add_option("--history", order.history,
                 "Compare parts with their own past in the earlier runs of this folder "
                 "(results/runs)")
      ->type_name("DIR");
  app.add_option("--output", order.output,
                 "Where the tables and findings.md go (default: the run)");
  auto* html = app.add_option("--html", order.html, "The HTML file (default: report.html there)");
  app.add_flag("--no-html", order.no_html, "Write no HTML file")->excludes(html);
  app.add_option("--junit", order.junit,
                 "JUnit XML for continuous integration: a node is a suite, a finding a case");
  app.add_option("--prometheus", order.prometheus,
                 "Prometheus text for the textfile collector of node_exporter (NAME.prom)");
  app.add_option("--jsonl", order.json_lines, "All findings, one JSON object on a line");
  auto* quiet = app.add_flag("--quiet", order.quiet,
                             "Print only what changed since the run before of the same suite and "
                             "nodes: nothing if nothing did");
  app.add_option("--since", order.since, "Another run than that one")->needs(quiet);
  auto* bundle = app.add_option("--bundle", order.bundle,
                                "Instead of a report, pack the evidence of this node as "
                                "NODE.tar.gz for its vendor; exit 0")
                     ->type_name("NODE");
  app.add_option("--suspects-of", order.suspects_of,
                 "Instead of a report, write suspects_of_STEP.csv: who is to be measured again "
                 "after the rounds of this step on pairs (plumbline run --suspects); exit 0")
      ->type_name("STEP")
      ->excludes(bundle)
      ->excludes(html)
      ->excludes(quiet);
  return plumbline::run_program(app, argc, argv, [&] {
    if (order.suspects_of) return plumbline::name_suspects(order, *order.suspects_of);
    return order.bundle.empty() ? plumbline::report(order) : plumbline::bundle(order);
  });
}
