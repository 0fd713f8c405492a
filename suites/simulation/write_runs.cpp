#include "suites/simulation/write_runs.h"

#include <fmt/format.h>

#include <chrono>

#include "suites/schedule/plan.h"

namespace plumbline::simulation {

std::vector<schedule::Round> rounds_of(const SimulatedFleet& fleet, std::uint64_t run) {
  if (fleet.machine.paths.empty()) return {};
  schedule::PlanRule rule;
  rule.within_leaves = fleet.world.network.within_leaves;
  rule.across_leaves = fleet.world.network.across_leaves;
  return schedule::plan_rounds(fleet.fleet, fleet.seed + run, rule).rounds;
}

RunDirectory make_directory(const SimulatedFleet& fleet, const WriteOrder& order,
                            std::uint64_t run) {
  const WallTime start = fleet.world.start + std::chrono::days(run);
  std::string name = order.run_name;
  if (!name.empty() && fleet.world.runs > 1) name += fmt::format("-{:03}", run + 1);
  return RunDirectory::create(order.results, fleet.world.name, start, name);
}

void write_run(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines,
               RunWriter& writer) {
  writer.write_tables(baselines);
  writer.write_nodes();
  const auto rounds = rounds_of(fleet, writer.run());
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    writer.write_round(rounds[i], fmt::format("{}.round{}", step_of_pairs, i + 1));
  }
}

WrittenRuns write_runs(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines,
                       const WriteOrder& order) {
  WrittenRuns written;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t run = 0; run < fleet.world.runs; ++run) {
    RunWriter writer(fleet, make_directory(fleet, order, run), run, order.threads);
    write_run(fleet, baselines, writer);
    writer.finish();
    written.rows += writer.rows();
    written.directories.push_back(writer.directory());
    written.report_command = "plumbline report " + writer.directory().path().string();
    if (const auto own = writer.baselines()) {
      written.report_command += " --baselines " + own->string();
    }
  }
  written.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return written;
}

}  // namespace plumbline::simulation
