// plumbline-report: judges runs and writes findings.csv, nodes.csv, report.html and a summary.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "reports/formats/replaced_table.h"
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
  const std::filesystem::path findings_file = output / runs.front().findings().filename();
  const std::filesystem::path nodes_file = output / runs.front().nodes().filename();
  const std::filesystem::path html_file = order.html.empty()
                                              ? output / runs.front().report().filename()
                                              : std::filesystem::path(order.html);

  ReplacedTable<Finding> findings(findings_file);
  WorstFindings worst(shown_findings);
  std::optional<EvidenceCollector> evidence;
  if (!order.no_html) evidence.emplace(baselines);
  const Judgement judgement = judge_runs(
      runs, baselines, [&](const NodeEvaluation& node, std::span<const Measurement> rows) {
        for (const Finding& finding : node.findings) {
          findings.append(finding);
          worst.add(finding);
        }
        if (evidence) evidence->add(node, rows);
      });
  ReplacedTable<NodeVerdict> nodes(nodes_file);
  for (const NodeVerdict& node : judgement.nodes) nodes.append(node);
  findings.commit();
  nodes.commit();
  const std::filesystem::path suspects_file = output / runs.front().suspects().filename();
  if (judgement.suspects) {
    ReplacedTable<SuspectedNode> suspects(suspects_file);
    for (const SuspectedNode& node : *judgement.suspects) suspects.append(node);
    suspects.commit();
  }

  SummaryInput input;
  for (const RunDirectory& run : runs) input.runs.push_back(run.name());
  input.worst = worst.in_order();
  input.baselines = baselines.used();
  input.written = {findings_file, nodes_file};
  if (judgement.suspects) input.written.push_back(suspects_file);
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
                 "Where findings.csv and nodes.csv go (default: the run)");
  auto* html = app.add_option("--html", order.html, "The HTML file (default: report.html there)");
  app.add_flag("--no-html", order.no_html, "Write no HTML file")->excludes(html);
  app.add_flag("--quiet", order.quiet, "Print nothing; the exit code is the verdict");
  return plumbline::run_program(app, argc, argv, [&] { return plumbline::report(order); });
}
