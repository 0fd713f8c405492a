// How fast simulated runs are written: cmake --build --preset release --target
// benchmark_simulation, then build/release/tests/benchmark_simulation.

#include <benchmark/benchmark.h>

#include "suites/simulation/model.h"
#include "suites/simulation/write_runs.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline::simulation {
namespace {

/// 500 nodes of p5.48xlarge with the faults of capacity in service.
const SimulatedFleet& fleet() {
  static const World world = [] {
    World mature = read_world(std::filesystem::path(SHIPPED_WORLDS) / "mature.toml");
    mature.nodes = 500;
    return mature;
  }();
  static const SimulatedFleet made(world, machine_of(world, baselines_of(world, SHIPPED_BASELINES)),
                                   1);
  return made;
}

void draw_a_value(benchmark::State& state) {
  std::size_t node = 0;
  std::size_t series = 0;
  while (fleet().machine.series[series].is_fact) ++series;
  for ([[maybe_unused]] auto _ : state) {
    node = (node + 1) % fleet().nodes();
    const double value = true_state(fleet(), node, series, 0).value;
    benchmark::DoNotOptimize(measured_value(fleet(), node, series, value, 0, 1));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(draw_a_value);

void write_a_line(benchmark::State& state) {
  std::size_t series = 0;
  while (fleet().machine.series[series].is_fact) ++series;
  const RowText text(fleet().machine.series[series].row);
  const std::string head = RowText::head("run", fleet().world.start, "node-0001");
  std::string lines;
  std::size_t bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    lines.clear();
    text.append(head, {396.412, 0.001, 20, true}, 1, lines);
    bytes += lines.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write_a_line);

/// The whole run, pairs and all, by so many threads.
void write_a_run(benchmark::State& state) {
  const auto baselines = baselines_of(fleet().world, SHIPPED_BASELINES);
  std::uint64_t rows = 0;
  std::uintmax_t bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    const ScratchFolder folder;
    const WrittenRuns written = write_runs(
        fleet(), baselines, {folder.path(), "run", static_cast<unsigned>(state.range(0))});
    rows += written.rows;
    bytes += std::filesystem::file_size(written.directories[0].measurements());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write_a_run)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace plumbline::simulation

BENCHMARK_MAIN();
