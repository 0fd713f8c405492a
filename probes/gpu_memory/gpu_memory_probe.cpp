#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probes/gpu/chase.h"
#include "probes/gpu/gpus.h"
#include "probes/gpu/workbench.h"
#include "probes/gpu_memory/bandwidth.h"
#include "probes/gpu_memory/pattern_test.h"
#include "probes/harness/data_checks.h"
#include "probes/harness/probe.h"

extern "C" const std::byte plumbline_gpu_memory_device_code[];
extern "C" const std::byte plumbline_gpu_memory_device_code_end[];

namespace plumbline::gpu_memory {
namespace {

constexpr std::array metrics = {
    Metric{"gpu_memory.read", "GB/s", Better::higher,
           "One array read by all multiprocessors and summed; its bytes counted once"},
    Metric{"gpu_memory.write", "GB/s", Better::higher,
           "One array written by all multiprocessors; its bytes counted once"},
    Metric{"gpu_memory.copy", "GB/s", Better::higher,
           "a = b by all multiprocessors; bytes read plus bytes written: two arrays"},
    Metric{"gpu_memory.scale", "GB/s", Better::higher,
           "a = s * b by all multiprocessors; bytes read plus bytes written: two arrays"},
    Metric{"gpu_memory.add", "GB/s", Better::higher,
           "a = b + c by all multiprocessors; bytes read plus bytes written: three arrays"},
    Metric{"gpu_memory.triad", "GB/s", Better::higher,
           "a = b + s * c by all multiprocessors; bytes read plus bytes written: three arrays"},
    Metric{"gpu_memory.dot", "GB/s", Better::higher,
           "The sum of b * c by all multiprocessors; bytes read: two arrays"},
    Metric{"gpu_memory.latency", "ns", Better::lower,
           "One load whose address the load before gives, at a random line of memory that is far "
           "larger than the last cache; one thread, nothing else running"},
    Metric{"gpu_memory.pattern_errors", "words", Better::exact,
           "8-byte words that read back otherwise than they were written, over at least 90 % of "
           "the free memory, each bit once as one and once as zero"},
    Metric{
        "gpu_memory.wrong_values", "count", Better::exact,
        "Numbers in the results of the operations above, sums, and ends of walks by which latency "
        "is measured that are not what they must be"},
};
constexpr const Metric& latency = metrics[7];
constexpr const Metric& pattern_errors = metrics[8];
constexpr const Metric& wrong_values = metrics[9];

constexpr std::array operations = {Operation::read,  Operation::write, Operation::copy,
                                   Operation::scale, Operation::add,   Operation::triad,
                                   Operation::dot};

constexpr ProbeOption size{
    "size", "Bytes of each array; 0: 512 MiB, or four times the last cache if that is more", "0"};
constexpr ProbeOption pattern_time{"pattern-time",
                                   "Seconds that the pattern test of a GPU may take", "60"};
constexpr std::array options = {libcuda_option, start_time_option, wait_limit_option, size,
                                pattern_time};

constexpr Sampling bandwidth_sampling{.precision = 0.005,
                                      .min_samples = 20,
                                      .max_samples = 500,
                                      .min_seconds = 0.3,
                                      .max_seconds = 5};
constexpr Sampling latency_sampling = bandwidth_sampling;

std::span<const std::byte> device_code() {
  return {plumbline_gpu_memory_device_code, plumbline_gpu_memory_device_code_end};
}

/// Of each array; what was asked for, in whole MiB, or what the GPU's cache asks for.
std::uint64_t array_bytes(double asked, const cuda::Device& device) {
  constexpr std::uint64_t step = std::uint64_t{1} << 20;
  if (asked <= 0) return default_array_bytes(device.l2_bytes);
  return std::max(step, static_cast<std::uint64_t>(asked) / step * step);
}

void plan_gpu(Plan& plan, const CudaMachine& machine, const CudaGpu& gpu, double asked_bytes,
              double pattern_limit_s) {
  const auto checks = std::make_shared<DataChecks>();
  const auto bench = std::make_shared<SharedWorkbench>(machine.driver, gpu, device_code());
  plan.context(
      gpu.subject + ".memory_peak",
      fmt::format("{:.1f} GB/s = {:.0f} MHz x {} bit x 2", gpu.device.peak_bytes_per_s() / 1e9,
                  gpu.device.memory_clock_hz / 1e6, gpu.device.memory_bus_bits));
  const std::uint64_t bytes = array_bytes(asked_bytes, gpu.device);
  for (const Operation operation : operations) {
    plan.rate(metrics[static_cast<std::size_t>(operation)],
              {.subject = gpu.subject, .bytes = bytes},
              static_cast<double>(arrays_moved(operation) * bytes), 1e9,
              checks->watched(gpu.subject,
                              [=] { return prepare_bandwidth(bench->get(), operation, bytes); }),
              bandwidth_sampling);
  }
  const std::uint64_t chain = default_chain_bytes(gpu.device.l2_bytes);
  plan.latency(latency, {.subject = gpu.subject, .bytes = chain}, chain_hops, 1e9,
               checks->watched(gpu.subject,
                               [=] {
                                 return prepare_walk(
                                     bench->get(),
                                     std::make_shared<Chain>(bench->get(), ring_of(chain)));
                               }),
               latency_sampling);
  plan.fact(pattern_errors, {.subject = gpu.subject},
            [=] { return test_pattern(*bench->get(), pattern_limit_s); });
  const auto look = [=] {
    for (const Operation operation : {Operation::copy, Operation::read}) {
      const Prepared once = checks->watched(
          gpu.subject, [=] { return prepare_bandwidth(bench->get(), operation, bytes); })();
      once.verify();
    }
  };
  plan.fact(wrong_values, {.subject = gpu.subject},
            [=] { return checks->found(gpu.subject, look); });
}

void plan(Plan& plan) {
  const double asked_bytes = number_option(plan, size);
  const double pattern_limit_s = number_option(plan, pattern_time);
  const CudaMachine machine = find_gpus(plan, number_option(plan, wait_limit_option));
  for (const CudaGpu& gpu : machine.gpus) {
    plan_gpu(plan, machine, gpu, asked_bytes, pattern_limit_s);
  }
  plan_absent(plan, machine, metrics);
}

}  // namespace
}  // namespace plumbline::gpu_memory

int main(int argc, char** argv) {
  using namespace plumbline::gpu_memory;
  return plumbline::run_probe(
      {"gpu_memory", "How fast and how faithful the memory of each GPU is", metrics, options, plan},
      argc, argv);
}
