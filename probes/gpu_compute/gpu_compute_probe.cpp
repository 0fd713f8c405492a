#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <sstream>

#include "probes/gpu/gpus.h"
#include "probes/gpu/workbench.h"
#include "probes/gpu_compute/node_run.h"
#include "probes/gpu_compute/over_time.h"
#include "probes/harness/probe.h"
#include "probes/harness/skip.h"
#include "probes/vendor/environment.h"

extern "C" const std::byte plumbline_gpu_compute_device_code[];
extern "C" const std::byte plumbline_gpu_compute_device_code_end[];

namespace plumbline::gpu_compute {
namespace {

constexpr Metric burst{
    "gpu_compute.burst", "TFLOPS", Better::higher,
    "Products of square matrices right after a rest, before power lowers the clock; 2 m n k "
    "operations each, FP8 without fast accumulation; one GPU after the other"};
constexpr Metric sustained{
    "gpu_compute.sustained", "TFLOPS", Better::higher,
    "Products of square matrices without a pause, in windows of at most a fifth of a second; 2 m n "
    "k operations each, FP8 without fast accumulation; all GPUs at once; the second half counts"};
constexpr Metric changed_results{
    "gpu_compute.changed_results", "count", Better::exact,
    "How often a product's hash differed from that of the first time, of the same matrices by the "
    "same algorithm: silent data corruption"};
constexpr Metric differing_results{
    "gpu_compute.differing_results", "count", Better::exact,
    "Of three products, how many have a hash that is not that of most GPUs of the node, which have "
    "the same matrices and use the same algorithm"};
constexpr Metric wrong_elements{"gpu_compute.wrong_elements", "count", Better::exact,
                                "Of 64 random elements of a product, how many are further from the "
                                "sum in FP64 on the host than "
                                "rounding explains"};
constexpr Metric zeros_speedup{
    "gpu_compute.zeros_speedup", "ratio", Better::exact,
    "Burst with matrices of zeros over burst with random ones: above 1 where power limits the "
    "clock, 1 where something else does"};
constexpr Metric sustained_clock{
    "gpu_compute.sustained_clock", "MHz", Better::higher,
    "Clock of the multiprocessors in the second half of what is sustained, mean over time"};
constexpr Metric sustained_power{
    "gpu_compute.sustained_power", "W", Better::higher,
    "Power that the GPU draws in the second half of what is sustained, mean over time"};
constexpr Metric sustained_temperature{
    "gpu_compute.sustained_temperature", "C", Better::lower,
    "The highest temperature of the GPU in the second half of what is sustained"};
constexpr Metric power_capped{
    "gpu_compute.power_capped", "ratio", Better::lower,
    "For which part of the second half of what is sustained the power cap lowered the clock"};
constexpr Metric software_slowed{
    "gpu_compute.software_slowed", "ratio", Better::lower,
    "For which part of the second half of what is sustained software lowered the clock because of "
    "the temperature"};
constexpr Metric hardware_slowed{
    "gpu_compute.hardware_slowed", "ratio", Better::exact,
    "For which part of the second half of what is sustained hardware lowered the clock, because of "
    "the temperature or a power brake"};
constexpr std::array metrics = {
    burst,          sustained,       sustained_clock, sustained_power, sustained_temperature,
    power_capped,   software_slowed, hardware_slowed, changed_results, differing_results,
    wrong_elements, zeros_speedup};

/// Rows of a GPU that is not there.
constexpr std::array of_absent = {burst, changed_results, differing_results, wrong_elements};

constexpr ProbeOption libcublaslt{
    "libcublaslt", "Open this file as cuBLASLt instead of libcublasLt.so.13 or .12", ""};
constexpr ProbeOption types{"types", "Types to multiply, with commas; all: those that the GPU has",
                            "all"};
constexpr ProbeOption sustain_types{"sustain-types",
                                    "Types that are multiplied for long, with commas; all; none",
                                    "bf16,fp8_e4m3,nvfp4"};
constexpr ProbeOption size{
    "size",
    "Rows and columns of all matrices, a multiple of 128; 0: 4096 for fp64 and fp32, 16384 for "
    "types of up to 8 bit on Blackwell, 8192 otherwise",
    "0"};
constexpr ProbeOption idle_seconds{"idle-seconds", "Seconds of rest before each burst", "2"};
constexpr ProbeOption burst_seconds{"burst-seconds", "Seconds of a burst", "0.02"};
constexpr ProbeOption bursts{"bursts", "Bursts of each type and GPU", "8"};
constexpr ProbeOption sustain_seconds{
    "sustain-seconds", "Seconds that a type is multiplied for; the second half counts", "60"};
constexpr ProbeOption zeros{"zeros", "Multiply matrices of zeros too", "false"};
constexpr std::array options = {libcuda_option,
                                start_time_option,
                                wait_limit_option,
                                libcublaslt,
                                libnvidia_ml_option,
                                types,
                                sustain_types,
                                size,
                                idle_seconds,
                                burst_seconds,
                                bursts,
                                sustain_seconds,
                                zeros};

std::span<const std::byte> device_code() {
  return {plumbline_gpu_compute_device_code, plumbline_gpu_compute_device_code_end};
}

/// "all", "none", or names with commas, each of which must be known.
bool selects(const Plan& plan, const ProbeOption& option, const std::string& name) {
  const std::string& asked = plan.option(option.name);
  if (asked == "all") return true;
  std::istringstream words(asked);
  bool found = false;
  for (std::string word; std::getline(words, word, ',');) {
    const auto known = precisions();
    if (word != "none" && std::none_of(known.begin(), known.end(), [&](const Precision& precision) {
          return word == precision.name;
        })) {
      throw std::invalid_argument(fmt::format("--{}: there is no type \"{}\"", option.name, word));
    }
    found = found || word == name;
  }
  return found;
}

std::size_t edge_of(const Precision& precision, unsigned capability, double asked) {
  if (asked > 0) return static_cast<std::size_t>(asked);
  if (precision.a == cublaslt::DataType::f64 || precision.compute == cublaslt::Compute::f32) {
    if (precision.bits >= 32) return 4096;
  }
  return capability >= 100 && precision.bits <= 8 && precision.a != cublaslt::DataType::i8 ? 16384
                                                                                           : 8192;
}

/// The runs of all types: one after the other, because their matrices take room.
class Runs {
 public:
  Runs(std::vector<GpuSeat> seats, std::shared_ptr<const cublaslt::Library> library, Times times,
       Monitor monitor)
      : seats_(std::move(seats)),
        library_(std::move(library)),
        times_(times),
        monitor_(std::move(monitor)) {}

  NodeRun& of(const Precision& precision, std::size_t edge) {
    if (current_ == &precision && run_) return *run_;
    run_.reset();
    current_ = &precision;
    run_.emplace(seats_, *library_, precision, edge, times_, monitor_);
    return *run_;
  }

 private:
  std::vector<GpuSeat> seats_;
  std::shared_ptr<const cublaslt::Library> library_;
  Times times_;
  Monitor monitor_;
  const Precision* current_ = nullptr;
  std::optional<NodeRun> run_;
};

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What came of a GPU; throws what ended its part.
const GpuResult& result_of(const NodeRun& run, std::size_t gpu) {
  const GpuResult& result = run.results()[gpu];
  if (result.error) std::rethrow_exception(result.error);
  return result;
}

void must_be_reproducible(const NodeRun& run) {
  if (run.reproducible()) return;
  throw std::runtime_error(
      "no algorithm gave the same result twice, so that results cannot be compared");
}

/// How the products of a GPU went while all multiplied.
OverTime products_over_time(const GpuResult& result) {
  std::vector<Stretch> stretches;
  double at = 0;
  for (std::size_t i = 0; i < result.windows.size(); ++i) {
    stretches.push_back({at, at + result.window_s[i], result.windows[i]});
    at = stretches.back().to;
  }
  return means_over_time(stretches, at);
}

/// The same of what NVML told: between one look and the next by their mean.
OverTime looks_over_time(const GpuResult& result, std::optional<double> GpuWatch::Look::*member) {
  std::vector<Stretch> stretches;
  const GpuWatch::Look* last = nullptr;
  for (const GpuWatch::Look& look : result.looks) {
    if (!(look.*member)) continue;
    if (last != nullptr) {
      stretches.push_back({last->at, look.at, (*(last->*member) + *(look.*member)) / 2});
    }
    last = &look;
  }
  const double seconds = std::accumulate(result.window_s.begin(), result.window_s.end(), 0.0);
  return means_over_time(stretches, seconds);
}

SampleSeries burst_series(NodeRun& run, std::size_t gpu) {
  run.burst();
  return {result_of(run, gpu).bursts, 0, run.algorithm()};
}

SampleSeries sustained_series(NodeRun& run, std::size_t gpu) {
  run.sustain();
  const GpuResult& result = result_of(run, gpu);
  const std::vector<double>& windows = result.windows;
  const std::size_t half = windows.size() / 2;
  return {windows, half,
          fmt::format("mean {:.6g}; {}", mean(std::span(windows).subspan(half)), run.algorithm()),
          products_over_time(result)};
}

/// A value of the conditions; skipped where NVML does not tell it.
Fact condition(NodeRun& run, std::size_t gpu,
               const std::function<std::optional<double>(const Conditions&)>& value,
               std::optional<double> GpuWatch::Look::*seen = nullptr) {
  run.sustain();
  const GpuResult& result = result_of(run, gpu);
  const auto& conditions = result.conditions;
  if (!conditions) throw Skip("what is sustained was too short to look at the GPU in it");
  const std::optional<double> found = value(*conditions);
  if (!found) throw Skip("NVML does not tell: " + conditions->absent);
  Fact fact(*found, conditions->power_limit_w
                        ? fmt::format("power limit {:.0f} W", *conditions->power_limit_w)
                        : std::string());
  if (seen != nullptr) fact.over_time = looks_over_time(result, seen);
  return fact;
}

std::optional<double> share(const std::optional<double>& seconds, const Conditions& conditions) {
  if (!seconds || conditions.seconds <= 0) return std::nullopt;
  return *seconds / conditions.seconds;
}

Fact clock_fact(NodeRun& run, std::size_t gpu) {
  const auto mean = [](const Conditions& c) -> std::optional<double> {
    return c.clock_mhz ? std::optional(c.clock_mhz->mean) : std::nullopt;
  };
  return condition(run, gpu, mean, &GpuWatch::Look::clock);
}

Fact power_fact(NodeRun& run, std::size_t gpu) {
  const auto mean = [](const Conditions& c) { return c.mean_power_w(); };
  return condition(run, gpu, mean, &GpuWatch::Look::power);
}

Fact temperature_fact(NodeRun& run, std::size_t gpu) {
  const auto highest = [](const Conditions& c) -> std::optional<double> {
    return c.temperature_c ? std::optional(c.temperature_c->high) : std::nullopt;
  };
  return condition(run, gpu, highest, &GpuWatch::Look::temperature);
}

Fact capped_fact(NodeRun& run, std::size_t gpu) {
  return condition(run, gpu, [](const Conditions& c) { return share(c.power_capped_s, c); });
}

Fact software_fact(NodeRun& run, std::size_t gpu) {
  return condition(run, gpu, [](const Conditions& c) { return share(c.software_thermal_s, c); });
}

Fact hardware_fact(NodeRun& run, std::size_t gpu) {
  return condition(run, gpu, [](const Conditions& c) -> std::optional<double> {
    const auto thermal = share(c.hardware_thermal_s, c);
    const auto brake = share(c.hardware_power_brake_s, c);
    if (!thermal && !brake) return std::nullopt;
    return thermal.value_or(0) + brake.value_or(0);
  });
}

Fact changed_fact(NodeRun& run, std::size_t gpu) {
  run.spot_check();
  const GpuResult& result = result_of(run, gpu);
  must_be_reproducible(run);
  return Fact(static_cast<double>(result.changed),
              fmt::format("of {} hashes of products that were computed again", result.hashed));
}

Fact differing_fact(NodeRun& run, std::size_t gpu) {
  const GpuResult& mine = result_of(run, gpu);
  must_be_reproducible(run);
  std::size_t differing = 0, others = 0;
  for (std::size_t set = 0; set < Bench::sets; ++set) {
    std::vector<std::uint64_t> hashes;
    for (const GpuResult& result : run.results()) {
      if (!result.error) hashes.push_back(result.hashes[set]);
    }
    if (hashes.size() < 2) throw Skip("no other GPU of this node works: nothing to compare with");
    const auto most = majority(hashes);
    if (!most) throw std::runtime_error("the GPUs of this node disagree, and none has a majority");
    differing += mine.hashes[set] != *most ? 1U : 0U;
    others = hashes.size() - 1;
  }
  return Fact(static_cast<double>(differing), fmt::format("compared with {} other GPUs", others));
}

Fact wrong_fact(NodeRun& run, std::size_t gpu) {
  run.spot_check();
  const SpotCheck& check = result_of(run, gpu).spot_check.value();
  if (check.checked == 0) throw std::runtime_error("no element was drawn");
  return Fact(static_cast<double>(check.wrong),
              fmt::format("of {} elements{}{}", check.checked, check.wrong != 0 ? "; " : "",
                          check.first_wrong));
}

Fact zeros_fact(NodeRun& run, std::size_t gpu) {
  run.burst();
  run.zeros();
  const GpuResult& result = result_of(run, gpu);
  return Fact(median(result.zeros) / median(result.bursts));
}

/// One row of the plan for each GPU.
struct Row {
  const Metric& metric;
  const char* gpus;  ///< "one", "all" or none
  double seconds;
  std::function<SampleSeries(NodeRun&, std::size_t)> series;
  std::function<Fact(NodeRun&, std::size_t)> fact;
};

std::vector<Row> rows_of(const Plan& plan, const Precision& precision, const Times& times) {
  const double bursts_s = static_cast<double>(times.bursts) * (times.idle_s + times.burst_s);
  std::vector<Row> rows = {{burst, "one", bursts_s, burst_series, {}}};
  if (selects(plan, sustain_types, precision.name) && times.sustain_s > 0) {
    rows.push_back({sustained, "all", times.sustain_s, sustained_series, {}});
    rows.push_back({sustained_clock, "all", 0, {}, clock_fact});
    rows.push_back({sustained_power, "all", 0, {}, power_fact});
    rows.push_back({sustained_temperature, "all", 0, {}, temperature_fact});
    rows.push_back({power_capped, "all", 0, {}, capped_fact});
    rows.push_back({software_slowed, "all", 0, {}, software_fact});
    rows.push_back({hardware_slowed, "all", 0, {}, hardware_fact});
  }
  rows.push_back({changed_results, nullptr, 0, {}, changed_fact});
  rows.push_back({differing_results, nullptr, 0, {}, differing_fact});
  rows.push_back({wrong_elements, nullptr, 0, {}, wrong_fact});
  if (plan.flag(zeros.name)) rows.push_back({zeros_speedup, nullptr, 0, {}, zeros_fact});
  return rows;
}

void plan_type(Plan& plan, const CudaMachine& machine, const Precision& precision, std::size_t edge,
               const Times& times, const std::shared_ptr<Runs>& runs, const std::string& missing) {
  for (const Row& row : rows_of(plan, precision, times)) {
    Params params = {{"dtype", precision.name},
                     {"k", std::to_string(edge)},
                     {"m", std::to_string(edge)},
                     {"n", std::to_string(edge)}};
    if (row.gpus != nullptr) params.set("gpus", row.gpus);
    for (std::size_t gpu = 0; gpu < machine.gpus.size(); ++gpu) {
      const Work work{.subject = machine.gpus[gpu].subject, .params = params};
      if (!runs) {
        plan.skip(row.metric, work, missing);
      } else if (row.series) {
        // All GPUs are measured when the first is asked for: who plans counts the time once.
        plan.series(row.metric, work, gpu == 0 ? row.seconds : 0,
                    [=, &precision, series = row.series] {
                      return series(runs->of(precision, edge), gpu);
                    });
      } else {
        plan.fact(row.metric, work, [=, &precision, fact = row.fact] {
          return fact(runs->of(precision, edge), gpu);
        });
      }
    }
  }
}

Times times_of(const Plan& plan) {
  Times times;
  times.idle_s = number_option(plan, idle_seconds);
  times.burst_s = number_option(plan, burst_seconds);
  times.bursts = static_cast<std::size_t>(std::max(1.0, number_option(plan, bursts)));
  times.sustain_s = number_option(plan, sustain_seconds);
  return times;
}

void plan(Plan& plan) {
  const Times times = times_of(plan);
  const double asked = number_option(plan, size);
  if (asked != std::floor(asked / 128) * 128) {
    throw std::invalid_argument(fmt::format("--size: {} is no multiple of 128", asked));
  }
  for (const Scrubbed& variable : scrub_environment(cublaslt::cublaslt_environment())) {
    plan.context("env." + variable.name, variable.value + " (taken away)");
  }
  const CudaMachine machine = find_gpus(plan, number_option(plan, wait_limit_option));
  const Monitor monitor = open_monitor(plan);
  std::shared_ptr<Runs> runs;
  std::string missing;
  if (machine.driver != nullptr && !machine.gpus.empty()) {
    try {
      const auto library =
          std::make_shared<const cublaslt::Library>(*machine.driver, plan.option(libcublaslt.name));
      plan.context("cublaslt.library", library->path());
      plan.context("cublaslt.version", library->version());
      std::vector<GpuSeat> seats;
      for (const CudaGpu& gpu : machine.gpus) {
        seats.push_back({gpu.subject, gpu.device.pci_address,
                         std::make_shared<SharedWorkbench>(machine.driver, gpu, device_code())});
      }
      runs = std::make_shared<Runs>(std::move(seats), library, times, monitor);
    } catch (const cublaslt::Unavailable& unavailable) {
      missing = unavailable.what();
    }
  }
  for (const Precision& precision : precisions()) {
    if (!selects(plan, types, precision.name) || machine.gpus.empty()) continue;
    const cuda::Device& device = machine.gpus.front().device;
    const unsigned capability = 10 * device.capability_major + device.capability_minor;
    if (capability < precision.least_capability) continue;  // not applicable
    plan_type(plan, machine, precision, edge_of(precision, capability, asked), times, runs,
              missing);
  }
  plan_absent(plan, machine, of_absent);
}

}  // namespace
}  // namespace plumbline::gpu_compute

int main(int argc, char** argv) {
  using namespace plumbline::gpu_compute;
  return plumbline::run_probe(
      {"gpu_compute",
       "How fast each GPU multiplies matrices, at once and for long, and whether rightly", metrics,
       options, plan},
      argc, argv);
}
