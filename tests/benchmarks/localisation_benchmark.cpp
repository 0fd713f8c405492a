#include <benchmark/benchmark.h>

#include "tests/unit/localisation/fabric_world.h"
#include "tests/unit/localisation/gpu_world.h"
#include "tests/unit/localisation/rail_world.h"

/// How fast culprits are found, and how rightly: the counters are those of simulated worlds.
namespace plumbline::localisation::testing {
namespace {

void count(benchmark::State& state, const FabricWorld& world, const Score& score) {
  const double fleets = static_cast<double>(state.iterations());
  state.counters["precision"] = score.precision();
  state.counters["recall"] = score.recall();
  state.counters["accused_of_100k"] =
      1e5 * static_cast<double>(score.accused) / fleets / world.nodes;
  state.counters["leaves_found"] = static_cast<double>(score.leaves_found);
  state.counters["leaves_missed"] = static_cast<double>(score.leaves_missed);
  state.counters["leaves_accused"] = static_cast<double>(score.leaves_accused);
}

/// Draws fleets outside the time, and takes the time of finding what is slow in them.
void find(benchmark::State& state, FabricWorld world) {
  const auto rounds = static_cast<std::size_t>(state.range(0));
  const auto adaptive = static_cast<std::size_t>(state.range(1));
  Score all;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    SimulatedFabric fleet(world, ++seed);
    fleet.measure_rounds(rounds);
    if (adaptive > 0) {
      fleet.measure(next_pairs(fleet.fabric(), fleet.find(), seed, adaptive));
    }
    state.ResumeTiming();
    const FabricFaults faults = fleet.find();
    state.PauseTiming();
    all += fleet.score(faults);
    state.ResumeTiming();
  }
  count(state, world, all);
}

void plans(benchmark::internal::Benchmark* b) {
  b->ArgNames({"rounds", "adaptive"})->Args({4, 0})->Args({2, 2})->Args({3, 2})->Args({4, 2});
  b->Iterations(10)->Unit(benchmark::kMillisecond);
}

constexpr FabricWorld fleet_of_100k{.nodes = 100'000};

FabricWorld with_slow_nodes(double share) {
  FabricWorld world = fleet_of_100k;
  world.slow_nodes = share;
  return world;
}

BENCHMARK_CAPTURE(find, slow_0_5_percent, with_slow_nodes(0.005))->Apply(plans);
BENCHMARK_CAPTURE(find, slow_1_percent, with_slow_nodes(0.01))->Apply(plans);
BENCHMARK_CAPTURE(find, slow_2_percent, with_slow_nodes(0.02))->Apply(plans);
BENCHMARK_CAPTURE(find, congested, FabricWorld{.nodes = 10'000, .congested = 0.02})->Apply(plans);
BENCHMARK_CAPTURE(find, heavy_tails, FabricWorld{.nodes = 10'000, .heavy_tails = true})
    ->Apply(plans);
BENCHMARK_CAPTURE(find, transients, FabricWorld{.nodes = 10'000, .transients = 0.10})->Apply(plans);

void find_nics(benchmark::State& state) {
  RailWorld world;
  world.nodes = static_cast<std::uint32_t>(state.range(0));
  world.rails = static_cast<std::uint32_t>(state.range(1));
  RailScore nics, nodes, leaf_rails;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const RailCase fleet = simulate(world, 4, ++seed);
    state.ResumeTiming();
    const auto deviations = deviations_of(fleet.fabric, fleet.rates, {12.5, 0.01});
    const FabricFaults faults = find_faults(fleet.fabric, deviations.paths, rail_rule());
    state.PauseTiming();
    nics += score(fleet, faults, Kind::nic);
    nodes += score(fleet, faults, Kind::node);
    leaf_rails += score(fleet, faults, Kind::leaf_rail);
    state.ResumeTiming();
  }
  const auto report = [&](const std::string& name, const RailScore& score) {
    state.counters[name + "_found"] = static_cast<double>(score.found);
    state.counters[name + "_missed"] = static_cast<double>(score.missed);
    state.counters[name + "_accused"] = static_cast<double>(score.accused);
  };
  report("nics", nics);
  report("nodes", nodes);
  report("leaf_rails", leaf_rails);
}
BENCHMARK(find_nics)
    ->ArgNames({"nodes", "rails"})
    ->Args({10'000, 16})
    ->Args({10'000, 32})
    ->Args({100'000, 16})
    ->Iterations(2)
    ->Unit(benchmark::kMillisecond);

void find_gpus(benchmark::State& state, GpuFault fault) {
  const GpuWorld world{.gpus = static_cast<std::uint32_t>(state.range(0)),
                       .runs = static_cast<std::size_t>(state.range(1))};
  std::uint64_t seed = 0;
  std::uint64_t exact = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const GpuCase node = simulate(world, fault, ++seed);
    state.ResumeTiming();
    const auto culprits = slow_gpus(world.gpus, node.paths);
    state.PauseTiming();
    if (elements_of(culprits) == node.slow) ++exact;
    state.ResumeTiming();
  }
  state.counters["exact"] = static_cast<double>(exact) / static_cast<double>(seed);
}

void matrices(benchmark::internal::Benchmark* b) {
  b->ArgNames({"gpus", "runs"})->Args({8, 1})->Args({8, 3})->Args({8, 5});
  b->Iterations(2000)->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(find_gpus, none, GpuFault::none)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, gpu, GpuFault::gpu)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, two_gpus, GpuFault::two_gpus)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, sending, GpuFault::sending)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, receiving, GpuFault::receiving)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, pair, GpuFault::pair)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, gpu_and_pair, GpuFault::gpu_and_pair)->Apply(matrices);
BENCHMARK_CAPTURE(find_gpus, all_gpus, GpuFault::all_gpus)->Apply(matrices);

}  // namespace
}  // namespace plumbline::localisation::testing

BENCHMARK_MAIN();
