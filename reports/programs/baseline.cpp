// plumbline-baseline: what is expected of an instance type, and how that was learned.

#include "reports/programs/arguments.h"
#include "reports/programs/baseline_verbs.h"

int main(int argc, char** argv) {
  using namespace plumbline;
  CLI::App app("What is expected of an instance type, why, and how to learn it from accepted runs.",
               "plumbline-baseline");
  app.require_subcommand(1);
  app.fallthrough();
  std::string results = "results";
  app.add_option("--results", results, "Folder of runs and learned baselines")
      ->capture_default_str();

  LearnOrder order;
  auto* learn = app.add_subcommand(
      "learn",
      "Makes a baseline from runs that did not reject; writes <results>/baselines/TYPE.csv");
  learn->add_option("RUN", order.runs,
                    "Folders or names of runs; more runs tell the noise better "
                    "(default: latest)");
  learn->add_option("--output", order.output, "The file to write, for runs of one type");
  learn->add_option("--baselines", order.baselines, "More baselines that the runs must satisfy")
      ->allow_extra_args(false);
  learn->add_flag("--dry-run", order.dry_run, "Only say what would change");
  learn->add_flag("--replace", order.replace,
                  "Forget what the file says about things that these runs did not measure");

  std::string what, metric;
  auto* show = app.add_subcommand("show", "Explains every number of a type's baseline");
  show->add_option("TYPE", what, "An instance type, or a baseline file")->required();
  show->add_option("--metric", metric, "Only metrics that contain this");
  std::uint64_t nodes = 0;
  show->add_option("--nodes", nodes,
                   "Of what several nodes measure together only what so many do (default: all)")
      ->check(CLI::Range(1, 1'000'000));

  std::vector<std::string> files;
  auto* check = app.add_subcommand("check", "Lists all errors of baseline files (exit 1 if any)");
  check->add_option("FILE", files, "Baseline files or folders of them (default: the shipped ones)");

  std::string before, after;
  auto* diff = app.add_subcommand("diff", "What changes from one baseline to another");
  diff->add_option("A", before, "An instance type, or a baseline file")->required();
  diff->add_option("B", after, "The other one")->required();

  return run_program(app, argc, argv, [&]() -> int {
    if (*learn) return learn_baseline(results, order);
    if (*show) return show_baseline(results, what, metric, nodes);
    if (*check) return check_baseline_files(files);
    return diff_baselines(results, before, after);
  });
}
