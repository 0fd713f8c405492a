// plumbline-report: judges runs and writes findings.csv, nodes.csv, report.html and a summary.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "reports/formats/report_writer.h"
#include "reports/formats/terminal_summary.h"
#include "reports/judging/evidence_collector.h"
#include "reports/judging/find_run.h"
#include "reports/judging/judge_runs.h"
#include "reports/judging/worst_findings.h"
#include "reports/pages/report_page.h"
#include "reports/programs/arguments.h"
#include "results/schema/install_tree.h"

namespace plumbline {
namespace {

constexpr std::size_t shown_findings = 10;

struct Order {
  std::vector<std::string> runs;
  std::string results = "results";
  std::vector<std::string> baselines;
  std::string output;
  std::string html;
  std::string junit;
  std::string prometheus;
  std::string json_lines;
  bool no_html = false;
  bool quiet = false;
  std::string command;
};

bool colours_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

int report(const Order& order) {
  const auto runs = find_runs(order.results, order.runs);
  BaselineStore baselines =
      BaselineStore::of(InstallTree::of_this_program().baselines(), order.results, order.baselines);
  std::filesystem::path output = runs.front().path();
  if (!order.output.empty()) {
    output = order.output;
    std::filesystem::create_directories(output);
  }
  const auto there = [&](const std::filesystem::path& file) { return output / file.filename(); };
  const std::filesystem::path html_file =
      order.html.empty() ? there(runs.front().report()) : std::filesystem::path(order.html);

  ReportOrigin origin{{}, wall_now()};
  for (const RunDirectory& run : runs) origin.runs.push_back(run.name());
  const auto writers = report_writers({.findings = there(runs.front().findings()),
                                       .nodes = there(runs.front().nodes()),
                                       .pairs = there(runs.front().pairs()),
                                       .suspects = there(runs.front().suspects()),
                                       .markdown = there(runs.front().findings_page()),
                                       .junit = order.junit,
                                       .prometheus = order.prometheus,
                                       .json_lines = order.json_lines},
                                      origin);
  WorstFindings worst(shown_findings);
  std::optional<EvidenceCollector> evidence;
  if (!order.no_html) evidence.emplace(baselines);
  const Judgement judgement = judge_runs(
      runs, baselines, [&](const NodeEvaluation& node, std::span<const Measurement> rows) {
        for (const Finding& finding : node.findings) worst.add(finding);
        for (const auto& writer : writers) writer->add(node, rows);
        if (evidence) evidence->add(node, rows);
      });
  SummaryInput input;
  input.runs = origin.runs;
  input.worst = worst.in_order();
  input.baselines = baselines.used();
  for (const auto& writer : writers) {
    if (writer->finish(judgement)) input.written.push_back(writer->file());
  }
  if (evidence) {
    write_report_page(evidence->finish(judgement, runs, order.command), html_file);
    input.written.push_back(html_file);
  }
  if (!order.quiet) fmt::print("{}", terminal_summary(judgement, input, colours_wanted()));
  return judgement.fleet.exit_code();
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
  app.add_option("--output", order.output,
                 "Where the tables and findings.md go (default: the run)");
  auto* html = app.add_option("--html", order.html, "The HTML file (default: report.html there)");
  app.add_flag("--no-html", order.no_html, "Write no HTML file")->excludes(html);
  app.add_option("--junit", order.junit,
                 "JUnit XML for continuous integration: a node is a suite, a finding a case");
  app.add_option("--prometheus", order.prometheus,
                 "Prometheus text for the textfile collector of node_exporter (NAME.prom)");
  app.add_option("--jsonl", order.json_lines, "All findings, one JSON object on a line");
  app.add_flag("--quiet", order.quiet, "Print nothing; the exit code is the verdict");
  return plumbline::run_program(app, argc, argv, [&] { return plumbline::report(order); });
}
