// How long a fleet's measurements take to be judged, and how much memory that needs: the size of
// the files must not matter to the memory. Peak memory is that of the process so far, so compare
// one size at a time: --benchmark_filter=2000.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "reports/baselines/baseline_store.h"
#include "reports/formats/replaced_table.h"
#include "reports/judging/cohort_screen.h"
#include "reports/judging/judge_runs.h"
#include "results/schema/in_order.h"
#include "results/schema/manifest.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

constexpr const char* instance_type = "p5.48xlarge-like";
constexpr int metrics = 500;  // of each host

std::string metric(int i) { return fmt::format("host_memory.metric{}", i / 8); }

Measurement row(int host, int i) {
  Measurement m;
  m.run = "20261124T100000Z_acceptance";
  m.time = WallTime(std::chrono::milliseconds(1795514400000 + i));
  m.host = fmt::format("ip-10-0-{}-{}", host / 256, host % 256);
  m.instance_type = instance_type;
  m.probe = "host_memory";
  m.metric = metric(i);
  m.subject = fmt::format("gpu{}", i % 8);
  m.bytes = 1U << 30U;
  m.params = {{"dtype", "bf16"}, {"pages", "huge"}};
  m.case_name = m.metric + '/' + m.subject;
  m.unit = "GB/s";
  m.better = Better::higher;
  m.samples = 60;
  m.median = 100 + 0.013 * ((host * 7 + i * 13) % 101);
  m.ci_low = *m.median * 0.999;
  m.ci_high = *m.median * 1.001;
  m.min = *m.median * 0.98;
  m.max = *m.median * 1.02;
  m.spread = 0.002;
  m.task = "host_memory#1";
  return m;
}

/// Of the metric that a host's i-th row and those behind it have.
Baseline expectation(int i) {
  Baseline b;
  b.metric = metric(i);
  b.subject_class = "gpu";
  b.unit = "GB/s";
  b.better = Better::higher;
  b.expected = "100";
  b.low = -0.1;
  b.spread = 0.01;
  b.basis = "derived";
  b.source = "the generator of this benchmark";
  return b;
}

void write_fleet(const ScratchFolder& folder, int hosts) {
  std::filesystem::create_directories(folder / "run");
  std::filesystem::create_directories(folder / "baselines");
  ReplacedTable<ManifestEntry> manifest(folder / "run/manifest.csv");
  ReplacedTable<Measurement> rows(folder / "run/measurements.csv");
  for (int host = 0; host < hosts; ++host) {
    manifest.append({row(host, 0).host, instance_type, "", "", "", "", "", ""});
    for (int i = 0; i < metrics; ++i) rows.append(row(host, i));
  }
  ReplacedTable<Baseline> baselines(baseline_file(folder / "baselines", instance_type));
  for (int i = 0; i < metrics; i += 8) {
    Baseline b = expectation(i);
    b.subjects = std::min(8, metrics - i);
    baselines.append(b);
  }
  manifest.commit();
  rows.commit();
  baselines.commit();
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// What `plumbline report --no-html` does: reads, judges and writes findings.csv.
void judge_fleet(benchmark::State& state) {
  const ScratchFolder folder;
  const int hosts = static_cast<int>(state.range(0));
  write_fleet(folder, hosts);
  const std::vector<RunDirectory> runs = {RunDirectory::open(folder / "run")};
  std::size_t rows = 0;
  for ([[maybe_unused]] auto _ : state) {
    BaselineStore store({{folder / "baselines", false}});
    ReplacedTable<Finding> findings(folder / "findings.csv");
    const Judgement judgement =
        judge_runs(runs, store, [&](const NodeEvaluation& node, std::span<const Measurement>) {
          for (const Finding& f : node.findings) findings.append(f);
        });
    findings.commit();
    rows += judgement.rows;
    if (judgement.fleet.accepted != static_cast<std::uint64_t>(hosts)) {
      state.SkipWithError("the fleet is not accepted");
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
  state.counters["file_MB"] =
      static_cast<double>(std::filesystem::file_size(folder / "run/measurements.csv")) / 1e6;
  state.counters["peak_MB"] = peak_megabytes();
}
/// A host's rows, made anew for each host from the same ones.
class HostRows {
 public:
  explicit HostRows(int metrics_of_host) {
    for (int i = 0; i < metrics_of_host; ++i) rows_.push_back(row(0, i));
  }
  std::span<const Measurement> of(int host) {
    const std::string name = row(host, 0).host;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      rows_[i].host = name;
      rows_[i].median = 100 + 0.013 * ((host * 7 + static_cast<int>(i) * 13) % 101);
    }
    return rows_;
  }

 private:
  std::vector<Measurement> rows_;
};

Expectations expectations_of(int metrics_of_host) {
  std::vector<Baseline> baselines;
  for (int i = 0; i < metrics_of_host; i += 8) baselines.push_back(expectation(i));
  return Expectations(std::move(baselines));
}

/// What one thread needs to evaluate one host after another.
struct Evaluated {
  std::optional<HostRows> rows;
  NodeEvaluator evaluator;
  std::size_t findings = 0;
};

/// Each host against its baseline, rows already in memory, on all cores.
void evaluate_hosts(benchmark::State& state) {
  const auto hosts = static_cast<std::size_t>(state.range(0));
  const int of_host = static_cast<int>(state.range(1));
  const Expectations expectations = expectations_of(of_host);
  for ([[maybe_unused]] auto _ : state) {
    std::size_t findings = 0;
    in_order<Evaluated>(
        hosts, all_cores(),
        [&](std::size_t host, Evaluated& own) {
          if (!own.rows) own.rows.emplace(of_host);
          const auto rows = own.rows->of(static_cast<int>(host));
          const ManifestEntry node{rows.front().host, instance_type, "", "", "", "", "", ""};
          own.findings = own.evaluator.evaluate(node, rows, expectations).findings.size();
        },
        [&](const Evaluated& own) { findings += own.findings; });
    benchmark::DoNotOptimize(findings);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * of_host);
}
BENCHMARK(evaluate_hosts)
    ->Args({2000, 1000})
    ->Args({100000, 200})
    ->Unit(benchmark::kSecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(1);

/// Hosts with each other, rows already in memory; analysis_s is without the gathering of the rows.
void compare_hosts(benchmark::State& state) {
  const auto hosts = static_cast<std::size_t>(state.range(0));
  const int of_host = static_cast<int>(state.range(1));
  for ([[maybe_unused]] auto _ : state) {
    FleetRows gathered;
    in_order<std::optional<HostRows>>(
        hosts, all_cores(),
        [&](std::size_t host, std::optional<HostRows>& rows) {
          if (!rows) rows.emplace(of_host);
          for (const Measurement& m : rows->of(static_cast<int>(host))) gathered.look_at(m);
        },
        [](const auto&) {});
    const auto begin = std::chrono::steady_clock::now();
    const TimedColumns columns = gathered.settle(all_cores());
    const auto candidates = find_candidates(
        columns, [](const TimedColumn&, std::uint16_t) { return Tolerated(); },
        [](std::uint16_t, std::uint32_t) { return 0U; }, std::thread::hardware_concurrency());
    benchmark::DoNotOptimize(candidates.size());
    const std::chrono::duration<double> analysis = std::chrono::steady_clock::now() - begin;
    state.counters["analysis_s"] = analysis.count();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * of_host);
  state.counters["peak_MB"] = peak_megabytes();
}
BENCHMARK(compare_hosts)
    ->Args({2000, 1000})
    ->Args({100000, 200})
    ->Unit(benchmark::kSecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(1);

BENCHMARK(judge_fleet)
    ->Arg(20)
    ->Arg(200)
    ->Arg(2000)
    ->Unit(benchmark::kSecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(1);

}  // namespace
}  // namespace plumbline

BENCHMARK_MAIN();
