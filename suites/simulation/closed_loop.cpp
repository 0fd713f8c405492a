#include "suites/simulation/closed_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "results/schema/finding.h"
#include "suites/acceptance/looks.h"
#include "suites/fleet/pair_rates.h"
#include "suites/schedule/adaptive.h"
#include "suites/simulation/model.h"
#include "suites/simulation/write_runs.h"

namespace plumbline::simulation {
namespace {

/// The steps of a suite that would have measured the nodes: one for each probe.
class SimulatedSuite {
 public:
  explicit SimulatedSuite(const SimulatedFleet& fleet) {
    for (const std::string& probe : fleet.machine.probes) {
      Step step;
      step.name = step.probe = probe;
      suite_.steps.push_back(std::move(step));
    }
    for (std::size_t i = 0; i < fleet.machine.series.size(); ++i) {
      const Measurement& row = fleet.machine.series[i].row;
      steps_.emplace(std::pair(row.probe, row.case_name), row.probe);
      series_[row.case_name].push_back(i);
    }
  }

  /// Adds what this look measures of one node.
  void plan(std::size_t look, std::size_t node, const std::vector<Finding>& findings,
            std::vector<Again>& again) const {
    std::map<std::string, std::uint64_t> runs;  // of a case: its finding with the fewest counts
    for (const Finding& finding : findings) {
      if (!finding.remeasure) continue;
      const auto [entry, is_new] = runs.try_emplace(finding.case_name, finding.runs);
      entry->second = std::min(entry->second, finding.runs);
    }
    for (const Remeasurement& pass :
         plan_look(look, findings.front().host, findings, suite_, steps_)) {
      for (const std::string& name : pass.cases) {
        for (const std::size_t series : series_.at(name)) {
          again.push_back({node, series, runs.at(name) + pass.pass});
        }
      }
    }
  }

 private:
  Suite suite_;
  CaseSteps steps_;
  std::unordered_map<std::string, std::vector<std::size_t>> series_;
};

/// What look `look` must measure, from findings.csv, of which one host's stand together.
std::vector<Again> plan_again(const SimulatedFleet& fleet, const SimulatedSuite& suite,
                              const std::filesystem::path& file, std::size_t look) {
  const auto numbers = schedule::node_numbers(fleet.fleet);
  std::vector<Again> again;
  std::vector<Finding> of_host;
  const auto finish_host = [&] {
    if (of_host.empty()) return;
    const auto node = numbers.find(of_host.front().host);
    if (node != numbers.end()) suite.plan(look, node->second, of_host, again);
    of_host.clear();
  };
  read_csv<Finding>(file, [&](const Finding& finding) {
    if (!finding.remeasure) return;
    if (!of_host.empty() && of_host.front().host != finding.host) finish_host();
    of_host.push_back(finding);
  });
  finish_host();
  return again;
}

/// The lowest rate of a pair, of all NICs both ways, relative to what is usual.
std::optional<double> lowest_rate(const SimulatedFleet& fleet, const schedule::Pair& pair,
                                  std::uint64_t run, std::uint64_t round) {
  std::optional<double> lowest;
  const auto take = [&](const PathPlace& place) {
    const PathKind& kind = fleet.machine.paths[place.kind];
    if (kind.is_fact || !is_network_rate(kind.row)) return;
    const double rate = path_rate(fleet, place) / kind.level;
    if (!lowest || rate < *lowest) lowest = rate;
  };
  for (std::size_t kind = 0; kind < fleet.machine.paths.size(); ++kind) {
    for (std::size_t rail = 0; rail < fleet.machine.nics.size(); ++rail) {
      take({kind, pair.a, pair.b, rail, run, round});
      take({kind, pair.b, pair.a, rail, run, round});
    }
  }
  return lowest;
}

/// What the runner would see of a round.
schedule::RoundResults results_of(const SimulatedFleet& fleet, const schedule::Round& round,
                                  std::uint64_t run, std::uint64_t number) {
  schedule::RoundResults results;
  for (const schedule::Pair& pair : round.pairs) {
    schedule::PairResult result{pair.a, pair.b, std::nullopt};
    if (fleet.is_reachable(pair.a, run) && fleet.is_reachable(pair.b, run)) {
      result.rate = lowest_rate(fleet, pair, run, number);
    }
    results.push_back(std::move(result));
  }
  return results;
}

/// Who is suspect according to the report, and who is good according to the rounds.
schedule::Standing standing_of(const SimulatedFleet& fleet, const RunDirectory& run,
                               std::uint64_t number) {
  const std::vector<schedule::Round> rounds = rounds_of(fleet, number);
  std::vector<schedule::RoundResults> results;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    results.push_back(results_of(fleet, rounds[i], number, i));
  }
  return schedule::standing_after(fleet.fleet, rounds, results,
                                  schedule::read_suspects(run.suspects(), fleet.fleet));
}

}  // namespace

std::vector<std::string> report_command(const LoopOrder& order,
                                        const std::vector<std::filesystem::path>& runs,
                                        const std::optional<std::filesystem::path>& baselines) {
  std::vector<std::string> command = {order.report};
  command.insert(command.end(), runs.begin(), runs.end());
  command.insert(command.end(), {"--results", order.results, "--no-html"});
  if (baselines) command.insert(command.end(), {"--baselines", *baselines});
  if (!order.history.empty()) command.insert(command.end(), {"--history", order.history});
  return command;
}

LoopEnd accept_simulated(const SimulatedFleet& fleet, RunWriter& writer, const LoopOrder& order,
                         Interruption& interruption) {
  const RunDirectory& run = writer.directory();
  const SimulatedSuite suite(fleet);
  const auto command = report_command(order, {run.path()}, writer.baselines());
  LoopEnd loop;
  const auto judge = [&] {
    loop.reports.push_back(run_report(command, run.logs() / "report.log", interruption));
  };
  loop.full_rounds = rounds_of(fleet, writer.run()).size();
  loop.rows_first = writer.rows();
  judge();
  for (std::size_t look = 2; look <= runs_at_look.size(); ++look) {
    std::uint64_t before = writer.rows();
    if (look == 2 && std::filesystem::exists(run.suspects())) {
      const auto again =
          schedule::adaptive_rounds(fleet.fleet, standing_of(fleet, run, writer.run()), fleet.seed,
                                    fleet.world.network.adaptive);
      for (std::size_t i = 0; i < again.rounds.size(); ++i) {
        writer.write_round(again.rounds[i], fmt::format("{}.suspects{}", step_of_pairs, i + 1));
      }
      loop.adaptive_rounds = again.rounds.size();
      loop.rows_of_suspects = writer.rows() - before;
    }
    before = writer.rows();
    writer.write_again(plan_again(fleet, suite, run.findings(), look));
    loop.rows_again += writer.rows() - before;
    if (loop.rows_again + loop.rows_of_suspects == 0 || (look > 2 && writer.rows() == before)) {
      continue;  // a later look may have something to measure: it asks for more runs
    }
    judge();
  }
  return loop;
}

}  // namespace plumbline::simulation
