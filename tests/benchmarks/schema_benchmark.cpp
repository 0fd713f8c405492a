// How fast the tables are written and read: cmake --build --preset release --target
// benchmark_schema, then build/release/tests/benchmark_schema.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

#include "results/schema/host_order.h"
#include "results/schema/measurement.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

Measurement typical_row(std::size_t i) {
  Measurement m;
  m.run = "20261124T103335Z_acceptance";
  m.time = wall_now();
  m.host = "ip-10-1-" + std::to_string(i / 500 / 250) + '-' + std::to_string(i / 500 % 250);
  m.instance_type = "p5.48xlarge";
  m.probe = "nvlink";
  m.case_name = "nvlink.write/gpu" + std::to_string(i % 8) + ">gpu" + std::to_string(i / 8 % 8);
  m.metric = "nvlink.write";
  m.subject = "gpu" + std::to_string(i % 8);
  m.peer = "gpu" + std::to_string(i / 8 % 8);
  m.bytes = 1 << 28;
  m.unit = "GB/s";
  m.better = Better::higher;
  m.samples = 30;
  m.median = 396.4 + 0.01 * static_cast<double>(i % 100);
  m.ci_low = *m.median - 0.2;
  m.ci_high = *m.median + 0.2;
  m.min = *m.median - 1;
  m.max = *m.median + 1;
  m.spread = 0.0012;
  m.transport = "nvlink";
  m.task = "nvlink#1";
  return m;
}

/// A file of `rows` rows, made once and left in the temporary folder.
fs::path table_of(std::size_t rows) {
  const fs::path file =
      fs::temp_directory_path() / ("plumbline_benchmark_" + std::to_string(rows) + ".csv");
  if (fs::exists(file)) return file;
  std::vector<Measurement> all;
  for (std::size_t i = 0; i < rows; ++i) all.push_back(typical_row(i));
  CsvAppender<Measurement>(file).append(all);
  return file;
}

void count_bytes(benchmark::State& state, const fs::path& file) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(fs::file_size(file)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void write_line(benchmark::State& state) {
  const Measurement row = typical_row(7);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(csv_line(row));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(csv_line(row).size()));
}
BENCHMARK(write_line);

void read_in_file_order(benchmark::State& state) {
  const fs::path file = table_of(static_cast<std::size_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) {
    double sum = 0;
    read_csv<Measurement>(file, [&](const Measurement& row) { sum += row.median.value_or(0); });
    benchmark::DoNotOptimize(sum);
  }
  count_bytes(state, file);
}
BENCHMARK(read_in_file_order)->Arg(1000000)->Unit(benchmark::kMillisecond);

void read_in_host_order(benchmark::State& state) {
  const std::vector<fs::path> files{table_of(static_cast<std::size_t>(state.range(0)))};
  for ([[maybe_unused]] auto _ : state) {
    double sum = 0;
    read_by_host(files, [&](const std::string&, std::span<const Measurement> rows) {
      for (const Measurement& row : rows) sum += row.median.value_or(0);
    });
    benchmark::DoNotOptimize(sum);
  }
  count_bytes(state, files.front());
}
BENCHMARK(read_in_host_order)->Arg(1000000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace plumbline

BENCHMARK_MAIN();
