// plumbline-simulate: the result files of a fleet that does not exist, with faults of known truth.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include "results/schema/exit_code.h"
#include "results/schema/install_tree.h"
#include "suites/description/suite.h"
#include "suites/simulation/promises.h"
#include "suites/simulation/scored_world.h"
#include "suites/simulation/simulated_fleet.h"
#include "suites/simulation/write_runs.h"

namespace plumbline::simulation {
namespace {

struct Order {
  std::string world;
  std::optional<std::uint64_t> nodes;
  std::optional<std::uint64_t> runs;
  std::optional<std::uint64_t> nodes_per_leaf;
  std::string instance_type;
  std::uint64_t seed = 1;
  std::string results = "results";
  std::string run_name;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  bool list = false;
  bool score = false;
  bool permute = true;
  std::string promises;
};

int score(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines, const Order& order,
          const InstallTree& tree) {
  const ScoredWorld scored = score_world(
      fleet, baselines,
      {{order.results, order.run_name, order.threads}, tree.program("report"), order.permute});
  const auto promises = promises_of(fleet, scored);
  std::cout << fmt::format("world {}, {} simulated nodes, seed {}: {}\n", fleet.world.name,
                           fleet.nodes(), fleet.seed, scored.run.path().string())
            << score_summary(scored) << promise_table(promises);
  if (!order.promises.empty()) write_promises(promises, scored, order.promises);
  return all_hold(promises, scored.score) ? exit_ok : exit_rejected;
}

void list_worlds(const std::filesystem::path& worlds) {
  for (const std::string& name : suite_names(worlds)) {
    const World world = read_world(worlds / (name + ".toml"));
    std::cout << fmt::format("{:14} {:>7} nodes  {}\n", name, world.nodes, world.purpose);
  }
}

int simulate(const Order& order) {
  const InstallTree tree = InstallTree::of_this_program();
  const std::filesystem::path worlds = tree.suites() / "simulation" / "worlds";
  if (order.list) {
    list_worlds(worlds);
    return exit_ok;
  }
  World world = read_world(find_world(order.world, worlds));
  if (order.nodes) world.nodes = *order.nodes;
  if (order.nodes_per_leaf) world.nodes_per_leaf = *order.nodes_per_leaf;
  if (order.runs) world.runs = *order.runs;
  if (!order.instance_type.empty()) world.instance_type = order.instance_type;
  const auto baselines = baselines_of(world, tree.baselines());
  Machine machine = machine_of(world, baselines);
  const SimulatedFleet fleet(std::move(world), std::move(machine), order.seed);
  if (order.score) return score(fleet, baselines, order, tree);
  const WrittenRuns written =
      write_runs(fleet, baselines, {order.results, order.run_name, order.threads});
  std::cout << fmt::format("{} rows of {} simulated nodes in {:.1f} s: {}\n", written.rows,
                           fleet.nodes(), written.seconds,
                           written.directories.back().path().string());
  std::cout << "what is wrong with them: " << written.directories.back().truth().string() << '\n';
  std::cout << "to judge it: " << written.report_command << '\n';
  return exit_ok;
}

}  // namespace
}  // namespace plumbline::simulation

int main(int argc, char** argv) {
  using namespace plumbline;
  simulation::Order order;
  CLI::App app(
      "The result files of a simulated fleet, with faults of known truth: an ordinary run folder "
      "and truth.csv.\n"
      "Exit: 0 written, or with --score all promises hold; 1 one does not; 2 usage or a world that "
      "is not right.",
      "plumbline simulate");
  auto* world =
      app.add_option("WORLD", order.world, "Name of a world (--list) or a TOML file of yours");
  app.add_option("--nodes", order.nodes, "Instead of the world's number of nodes")
      ->check(CLI::Range(std::uint64_t{1}, simulation::most_nodes));
  app.add_option("--nodes-per-leaf", order.nodes_per_leaf, "Instead of the world's")
      ->check(CLI::Range(std::uint64_t{1}, simulation::most_nodes));
  app.add_option("--runs", order.runs, "Instead of the world's number of runs, one a day")
      ->check(CLI::Range(1, 1000));
  app.add_option("--instance-type", order.instance_type,
                 "Instead of the world's: one that has a "
                 "baseline");
  app.add_option("--seed", order.seed,
                 "Another seed is another fleet; the same is the same to the "
                 "byte")
      ->capture_default_str();
  app.add_option("--results", order.results, "Folder of runs")->capture_default_str();
  app.add_option("--run-name", order.run_name,
                 "Name of the run's folder (default: time and world)");
  app.add_option("--threads", order.threads,
                 "How many write; what they write does not depend on it")
      ->check(CLI::Range(1, 1024));
  auto* scored = app.add_flag("--score", order.score,
                              "Judge it too, measure again what the findings ask for, and hold the "
                              "verdicts against the truth");
  app.add_flag("!--no-permutation", order.permute, "Do not judge the rows in another order too")
      ->needs(scored);
  app.add_option("--promises", order.promises, "The promises also as a file: .csv or .json")
      ->needs(scored);
  app.add_flag("--list", order.list, "The worlds that there are")->excludes(world);
  try {
    app.parse(argc, argv);
    if (order.world.empty() && !order.list) throw CLI::RequiredError("WORLD");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  try {
    return simulation::simulate(order);
  } catch (const std::exception& error) {
    std::cerr << "plumbline simulate: " << error.what() << '\n';
    return exit_usage;
  }
}
