#include <fmt/format.h>

#include <array>
#include <exception>
#include <map>
#include <memory>
#include <optional>

#include "probes/harness/probe.h"
#include "probes/harness/sampling_statistics.h"
#include "probes/overlap/together.h"
#include "probes/vendor/environment.h"

// Its device code is that of the two probes whose work it does at once.
extern "C" const std::byte plumbline_collectives_device_code[];
extern "C" const std::byte plumbline_collectives_device_code_end[];
extern "C" const std::byte plumbline_gpu_compute_device_code[];
extern "C" const std::byte plumbline_gpu_compute_device_code_end[];

namespace plumbline::overlap {
namespace {

constexpr std::array metrics = {
    Metric{
        "overlap.gemm", "TFLOPS", Better::higher,
        "Products of matrices while all_reduce runs on all GPUs: 2mnk / time by the GPU's events"},
    Metric{"overlap.gemm_kept", "ratio", Better::higher,
           "Speed of products while all_reduce runs, as a share of their speed alone, on all GPUs "
           "at once each time"},
    Metric{
        "overlap.gemm_kept_of_median", "ratio", Better::higher,
        "overlap.gemm_kept over its median of all GPUs of the node, which all do the same: a GPU "
        "that falls behind only when it does both is below 1"},
    Metric{"overlap.all_reduce", "GB/s", Better::higher,
           "Bus bandwidth of all_reduce while all GPUs multiply matrices: size x 2(n-1)/n / time "
           "by the GPUs' events, of the slowest rank"},
    Metric{"overlap.all_reduce_kept", "ratio", Better::higher,
           "Bus bandwidth of all_reduce beside products, as a share of what it is alone"},
    Metric{"overlap.wrong_products", "count", Better::exact,
           "Products whose result beside all_reduce differs from that of the same product alone"},
    Metric{"overlap.wrong_sums", "count", Better::exact,
           "Wrong numbers in the result of the last all_reduce beside products"},
};
constexpr const Metric &gemm = metrics[0], &gemm_kept = metrics[1],
                       &gemm_kept_of_median = metrics[2], &all_reduce = metrics[3],
                       &all_reduce_kept = metrics[4], &wrong_products = metrics[5],
                       &wrong_sums = metrics[6];

constexpr ProbeOption libcublaslt_option{
    "libcublaslt", "Open this file as cuBLASLt instead of libcublasLt.so.13 or .12", ""};
constexpr std::array options = {libcuda_option, start_time_option, libnccl_option,
                                nvls_option,    patience_option,   libcublaslt_option};

/// What one run takes, in seconds: both at once three times as long as each alone.
constexpr double run_seconds = 2;

std::span<const std::byte> communication_code() {
  return {plumbline_collectives_device_code, plumbline_collectives_device_code_end};
}
std::span<const std::byte> product_code() {
  return {plumbline_gpu_compute_device_code, plumbline_gpu_compute_device_code_end};
}

/// The one run that all cases tell of, made when the first of them asks.
class SharedRun {
 public:
  SharedRun(std::shared_ptr<SharedRanks> ranks, std::shared_ptr<const cublaslt::Library> library)
      : ranks_(std::move(ranks)), library_(std::move(library)) {}

  const Load& load() const { return load_; }
  int ranks() const { return static_cast<int>(ranks_->machine().gpus.size()); }

  const Together& get() {
    if (failure_) std::rethrow_exception(failure_);
    if (result_) return *result_;
    try {
      result_ = ranks_->use("overlap",
                            [&] { return run(*ranks_->get(), *library_, product_code(), load_); });
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
    return *result_;
  }

 private:
  std::shared_ptr<SharedRanks> ranks_;
  std::shared_ptr<const cublaslt::Library> library_;
  Load load_;
  std::optional<Together> result_;
  std::exception_ptr failure_;
};

Params params(const Load& load) {
  return {{"all_reduce_bytes", std::to_string(load.bytes)},
          {"dtype", "bf16"},
          {"k", std::to_string(load.edge)},
          {"m", std::to_string(load.edge)},
          {"n", std::to_string(load.edge)}};
}

/// amount / seconds of each sample.
SampleSeries rates(const std::vector<double>& seconds, double amount) {
  SampleSeries series;
  for (const double value : seconds) series.values.push_back(amount / value);
  return series;
}

/// What is left of the speed, sample by sample.
SampleSeries kept(const std::vector<double>& alone, const std::vector<double>& together) {
  SampleSeries series;
  for (std::size_t i = 0; i < alone.size(); ++i) series.values.push_back(alone[i] / together[i]);
  return series;
}

/// What one GPU kept over the median of all, sample by sample.
SampleSeries kept_of_median(const std::vector<OfGpu>& gpus, std::size_t which) {
  std::vector<SampleSeries> of_all;
  for (const OfGpu& gpu : gpus) of_all.push_back(kept(gpu.alone_s, gpu.together_s));
  SampleSeries series = of_all[which];
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    std::vector<double> values;
    for (const SampleSeries& of_gpu : of_all) values.push_back(of_gpu.values[i]);
    series.values[i] /= median_of(values);
  }
  return series;
}

void plan_run(Plan& plan, const CudaMachine& machine, const std::shared_ptr<SharedRun>& run) {
  const Params work = params(run->load());
  plan.series(all_reduce, {.params = work}, run_seconds, [run] {
    return rates(run->get().all_reduce_together_s, run->load().bus_bytes(run->ranks()) / 1e9);
  });
  plan.series(all_reduce_kept, {.params = work}, 0, [run] {
    return kept(run->get().all_reduce_alone_s, run->get().all_reduce_together_s);
  });
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    const Work of_gpu{.subject = machine.gpus[i].subject, .params = work};
    plan.series(gemm, of_gpu, 0, [run, i] {
      return rates(run->get().gpus[i].together_s, run->load().operations() / 1e12);
    });
    plan.series(gemm_kept, of_gpu, 0, [run, i] {
      return kept(run->get().gpus[i].alone_s, run->get().gpus[i].together_s);
    });
    plan.series(gemm_kept_of_median, of_gpu, 0,
                [run, i] { return kept_of_median(run->get().gpus, i); });
    plan.fact(wrong_products, of_gpu, [run, i] {
      return Fact(static_cast<double>(run->get().gpus[i].products_differing));
    });
    plan.fact(wrong_sums, of_gpu,
              [run, i] { return Fact(static_cast<double>(run->get().gpus[i].sums_wrong)); });
  }
}

void plan_nothing(Plan& plan, const std::string& reason, bool is_failure) {
  for (const Metric& metric : metrics) {
    if (is_failure) {
      plan.fact(metric, {}, [reason]() -> Fact { throw std::runtime_error(reason); });
    } else {
      plan.skip(metric, {}, reason);
    }
  }
}

void plan(Plan& plan) {
  for (const Scrubbed& variable : scrub_environment(cublaslt::cublaslt_environment())) {
    plan.context("env." + variable.name, variable.value + " (taken away)");
  }
  const CudaMachine machine = find_gpus(plan, wait_limit_beside(plan));
  const NcclMachine nccl = find_nccl(plan, machine);
  if (const auto none = why_no_ranks(machine, nccl)) {
    return plan_nothing(plan, none->reason, none->is_failure);
  }
  std::shared_ptr<const cublaslt::Library> library;
  try {
    library = std::make_shared<const cublaslt::Library>(*machine.driver,
                                                        plan.option(libcublaslt_option.name));
  } catch (const cublaslt::Unavailable& unavailable) {
    return plan_nothing(plan, unavailable.what(), false);
  }
  plan.context("cublaslt.library", library->path());
  plan.context("cublaslt.version", library->version());
  plan_run(plan, machine,
           std::make_shared<SharedRun>(
               std::make_shared<SharedRanks>(machine, nccl, communication_code()), library));
}

}  // namespace
}  // namespace plumbline::overlap

int main(int argc, char** argv) {
  using namespace plumbline::overlap;
  return plumbline::run_probe(
      {"overlap",
       "Whether each GPU stays as fast and as right while it multiplies and exchanges "
       "data at once",
       metrics, options, plan},
      argc, argv);
}
