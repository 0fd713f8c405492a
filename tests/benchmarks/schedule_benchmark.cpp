// How long the rounds of a large fleet take to make: cmake --build --preset release --target
// benchmark_schedule, then build/release/tests/benchmark_schedule. Each entry is one round of all
// nodes; adaptive rounds have 5 % suspects.

#include <benchmark/benchmark.h>

#include "suites/schedule/adaptive.h"
#include "suites/schedule/group.h"
#include "suites/schedule/leaf_rounds.h"
#include "suites/schedule/round_robin.h"

namespace plumbline::schedule {
namespace {

/// Leaves of 32; with `dominating` one of them has two thirds of all nodes.
Fleet fleet_of_size(std::size_t nodes, bool dominating = false) {
  Manifest manifest(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    manifest[i].host = "n" + std::to_string(i);
    manifest[i].network_node_1 = "top";
    manifest[i].network_node_2 =
        "leaf" + std::to_string(dominating && i < nodes * 2 / 3 ? 0 : 1 + i / 32);
  }
  return fleet_of(manifest);
}

std::size_t nodes_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

void all_pairs(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(round_robin(nodes_of(state), 12));
}
BENCHMARK(all_pairs)->Arg(100000)->Unit(benchmark::kMillisecond);

void within(benchmark::State& state) {
  const Fleet fleet = fleet_of_size(nodes_of(state));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(within_leaves(fleet, 1, 0));
}
BENCHMARK(within)->Arg(100000)->Unit(benchmark::kMillisecond);

void across(benchmark::State& state, bool dominating) {
  const Fleet fleet = fleet_of_size(nodes_of(state), dominating);
  constexpr std::size_t rounds = 4;
  std::uint64_t seed = 0;
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(across_leaves(fleet, seed++, rounds));
  state.counters["s_per_round"] = benchmark::Counter(
      rounds, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(across, many_leaves, false)->Arg(100000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(across, one_dominates, true)->Arg(100000)->Unit(benchmark::kMillisecond);

/// The most exchanges of partners: half of the pairs begin within a leaf.
void across_two_leaves(benchmark::State& state) {
  Fleet fleet = fleet_of_size(nodes_of(state));
  fleet.leaves = {{"a", {}}, {"b", {}}};
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    fleet.leaf_of[i] = i % 2;
    fleet.leaves[i % 2].nodes.push_back(i);
  }
  std::uint64_t seed = 0;
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(across_leaves(fleet, seed++, 4));
}
BENCHMARK(across_two_leaves)->Arg(100000)->Unit(benchmark::kMillisecond);

bool one_of_twenty(std::size_t node) { return node % 20 == 0; }

/// Adaptive rounds of a fleet where some nodes are suspects and all others good.
template <class IsSuspect>
void test_again(benchmark::State& state, const Fleet& fleet, const IsSuspect& is_suspect) {
  Standing standing;
  for (std::size_t node = 0; node < fleet.size(); ++node) {
    if (is_suspect(node)) {
      standing.suspects.push_back({node, ""});
    } else {
      standing.good.push_back(node);
    }
  }
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(adaptive_rounds(fleet, standing, 1));
}

void adaptive(benchmark::State& state, bool dominating) {
  const Fleet fleet = fleet_of_size(nodes_of(state), dominating);
  test_again(state, fleet, one_of_twenty);
}
BENCHMARK_CAPTURE(adaptive, many_leaves, false)->Arg(100000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(adaptive, one_dominates, true)->Arg(100000)->Unit(benchmark::kMillisecond);

/// Half of the nodes are suspects, in both leaves as many as good ones.
void adaptive_in_two_leaves(benchmark::State& state) {
  Fleet fleet = fleet_of_size(nodes_of(state));
  for (std::size_t i = 0; i < fleet.size(); ++i) fleet.leaf_of[i] = i % 2;
  test_again(state, fleet, [](std::size_t node) { return node % 4 < 2; });
}
BENCHMARK(adaptive_in_two_leaves)->Arg(100000)->Unit(benchmark::kMillisecond);

/// Nobody is in another leaf, so that every search for one is in vain.
void adaptive_in_one_leaf(benchmark::State& state) {
  Fleet fleet = fleet_of_size(nodes_of(state));
  std::fill(fleet.leaf_of.begin(), fleet.leaf_of.end(), std::size_t{0});
  test_again(state, fleet, one_of_twenty);
}
BENCHMARK(adaptive_in_one_leaf)->Arg(100000)->Unit(benchmark::kMillisecond);

void groups_of_eight(benchmark::State& state) {
  const Fleet fleet = fleet_of_size(nodes_of(state));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(collective_groups(fleet, 8, 1));
}
BENCHMARK(groups_of_eight)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace plumbline::schedule

BENCHMARK_MAIN();
