// plumbline-compare: two runs, or two sets of runs, side by side.

#include <fmt/format.h>

#include "reports/comparison/compare_runs.h"
#include "reports/formats/comparison_text.h"
#include "reports/formats/replaced_table.h"
#include "reports/judging/find_run.h"
#include "reports/pages/comparison_page.h"
#include "reports/programs/arguments.h"
#include "results/schema/install_tree.h"

namespace plumbline {
namespace {

struct Order {
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::string results = "results";
  std::vector<std::string> baselines;
  std::string csv;
  std::string html;
};

int compare(const Order& order) {
  const auto before = find_runs(order.results, order.before);
  const auto after = find_runs(order.results, order.after);
  BaselineStore baselines =
      BaselineStore::of(InstallTree::of_this_program().baselines(), order.results, order.baselines);
  const Comparison comparison = compare_runs(before, after, baselines);
  fmt::print("{}", comparison_text(comparison));
  if (!order.csv.empty()) {
    ReplacedTable<ComparedValue> table(order.csv);
    for (const auto* values : {&comparison.groups, &comparison.series}) {
      for (const ComparedValue& value : *values) table.append(value);
    }
    table.commit();
    fmt::print("written: {}\n", order.csv);
  }
  if (!order.html.empty()) {
    ReplacedFile file(order.html);
    file.write(comparison_page(comparison, PLUMBLINE_VERSION));
    file.commit();
    fmt::print("written: {}\n", order.html);
  }
  if (comparison.is_worse()) return exit_rejected;
  return comparison.is_incomplete() ? exit_incomplete : exit_ok;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  plumbline::Order order;
  CLI::App app(
      "What changed between two runs, or between two sets of runs (A1,A2 B1,B2): by how much, how\n"
      "sure, and which software differs. Noise from run to run is no change.\n"
      "Exit: 0 the same or better, 1 something is worse, 2 usage, 3 not comparable, or not all "
      "that\n"
      "was measured before was measured again.",
      "plumbline-compare");
  app.add_option("BEFORE", order.before, "Folder of a run, its name, or latest; several: A1,A2")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("AFTER", order.after, "The same")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--results", order.results, "Folder of runs and learned baselines")
      ->capture_default_str();
  app.add_option("--baselines", order.baselines,
                 "More baselines, which know the noise of each metric: a folder or a file")
      ->allow_extra_args(false);
  app.add_option("--csv", order.csv,
                 "Write every kind of measurement, and what changed, as a table");
  app.add_option("--html", order.html, "Write a page");
  return plumbline::run_program(app, argc, argv, [&] { return plumbline::compare(order); });
}
