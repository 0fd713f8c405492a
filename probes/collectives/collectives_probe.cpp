#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "probes/collectives/exchange.h"
#include "probes/harness/probe.h"
#include "probes/harness/skip.h"
#include "results/schema/number.h"

extern "C" const std::byte plumbline_collectives_device_code[];
extern "C" const std::byte plumbline_collectives_device_code_end[];

namespace plumbline::collectives {
namespace {

constexpr std::array operations = {
    Operation::all_reduce, Operation::all_gather, Operation::reduce_scatter,
    Operation::broadcast,  Operation::reduce,     Operation::alltoall,
    Operation::gather,     Operation::scatter,    Operation::sendrecv};

#define METRICS_OF(operation, what, factor)                                                       \
  Metric{"collectives." operation ".busbw", "GB/s", Better::higher,                               \
         what "; size / time x " factor                                                           \
              ", time by the host's clock around some rounds, launches included"},                \
      Metric{"collectives." operation ".latency", "us", Better::lower,                            \
             what ", of the smallest message; the host's clock around some rounds, one of them"}, \
      Metric {                                                                                    \
    "collectives." operation ".time", "us", Better::lower,                                        \
        what ", of single rounds by the GPUs' events, the slowest rank's; a percentile of 200"    \
  }

constexpr std::array metrics = {
    METRICS_OF("all_reduce", "The sum of all ranks' data, on all ranks", "2(n-1)/n"),
    METRICS_OF("all_gather", "All ranks' data, on all ranks; the size is of all", "(n-1)/n"),
    METRICS_OF("reduce_scatter", "A part of the sum on each rank; the size is of all", "(n-1)/n"),
    METRICS_OF("broadcast", "One rank's data, on all ranks", "1"),
    METRICS_OF("reduce", "The sum of all ranks' data, on one rank", "1"),
    METRICS_OF("alltoall", "A part of each rank's data to each; the size is of all", "(n-1)/n"),
    METRICS_OF("gather", "All ranks' data, on one rank; the size is of all", "(n-1)/n"),
    METRICS_OF("scatter", "A part of one rank's data to each; the size is of all", "(n-1)/n"),
    METRICS_OF("sendrecv", "Each rank's data to the next one, in a ring", "1"),
    Metric{"collectives.ranks", "count", Better::exact,
           "GPUs that came together as ranks of one communicator"},
    Metric{"collectives.nvls_ranks", "count", Better::exact,
           "Ranks for which NCCL says that NVSwitch can reduce and copy (NVLS)"},
};
constexpr std::size_t metrics_per_operation = 3;
constexpr const Metric& ranks_metric = metrics[metrics.size() - 2];
constexpr const Metric& nvls_metric = metrics[metrics.size() - 1];

const Metric& metric_of(Operation operation, std::size_t which) {
  return metrics[static_cast<std::size_t>(operation) * metrics_per_operation + which];
}

constexpr ProbeOption sizes_option{
    "sizes", "Message sizes in bytes, with commas between; empty: those that verdicts are about",
    ""};
constexpr ProbeOption full_option{
    "full", "Every size in place too, and with registered buffers too", "false"};
constexpr std::array options = {libcuda_option,  start_time_option, libnccl_option, nvls_option,
                                patience_option, sizes_option,      full_option};

constexpr Sampling sampling{.precision = 0.01,
                            .min_samples = 12,
                            .max_samples = 100,
                            .min_seconds = 0.05,
                            .max_seconds = 3};

constexpr std::uint64_t mib = std::uint64_t{1} << 20, gib = std::uint64_t{1} << 30;

std::span<const std::byte> device_code() {
  return {plumbline_collectives_device_code, plumbline_collectives_device_code_end};
}

/// One element for each rank, or the 8 bytes that latencies are told of.
std::uint64_t smallest(Operation operation, std::uint64_t ranks) {
  return is_split(operation) ? sizeof(float) * ranks : 8;
}

std::vector<std::uint64_t> asked_sizes(const Plan& plan) {
  std::vector<std::uint64_t> sizes;
  const std::string& text = plan.option(sizes_option.name);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    const auto size = parse_number(text.substr(from, end - from));
    if (!size || *size < 8 || *size > 1e12) {
      throw std::invalid_argument(fmt::format("--sizes: found \"{}\", expected bytes from 8 on",
                                              text.substr(from, end - from)));
    }
    sizes.push_back(static_cast<std::uint64_t>(*size));
    from = end + 1;
  }
  return sizes;
}

/// What a verdict is about: few sizes, each of them told apart.
std::vector<std::uint64_t> sizes_of(Operation operation, const std::vector<std::uint64_t>& asked) {
  if (!asked.empty()) return asked;
  if (operation == Operation::all_reduce) {
    return {mib, 64 * mib, 256 * mib, gib, 8 * gib, 16 * gib};
  }
  return {mib, 256 * mib, 8 * gib};
}

/// The time of single rounds, measured when the first percentile is asked for.
struct RoundTimes {
  std::optional<std::vector<double>> seconds;

  double percentile(SharedRanks& ranks, const Task& task, double share) {
    if (!seconds) seconds = round_times(ranks, task);
    const double place = share * static_cast<double>(seconds->size() - 1);
    return (*seconds)[static_cast<std::size_t>(std::lround(place))] * 1e6;
  }
};

class Planner {
 public:
  Planner(Plan& plan, std::shared_ptr<SharedRanks> ranks)
      : plan_(plan), ranks_(std::move(ranks)), gpus_(ranks_->machine().gpus.size()) {}

  void add(const Task& task, bool as_latency) {
    const Work work{.bytes = task.bytes, .params = params(task)};
    const auto prepare = [ranks = ranks_, task] { return prepare_rate(ranks, task); };
    if (as_latency) {
      plan_.latency(metric_of(task.operation, 1), work, 1, 1e6, prepare, sampling);
    } else {
      const double bus =
          static_cast<double>(task.bytes) * bus_factor(task.operation, static_cast<int>(gpus_));
      plan_.rate(metric_of(task.operation, 0), work, bus, 1e9, prepare, sampling);
    }
  }

  void add_times(const Task& task) {
    const auto times = std::make_shared<RoundTimes>();
    for (const int percent : {50, 99}) {
      Work work{.bytes = task.bytes, .params = params(task)};
      work.params["percentile"] = std::to_string(percent);
      plan_.fact(metric_of(task.operation, 2), work, [ranks = ranks_, task, times, percent] {
        return Fact(times->percentile(*ranks, task, percent / 100.0));
      });
    }
  }

  void add_facts() {
    plan_.fact(ranks_metric, {}, [ranks = ranks_] { return static_cast<double>(counted(*ranks)); });
    if (!ranks_->nccl().nvls) return;
    plan_.fact(nvls_metric, {}, [ranks = ranks_]() -> Fact {
      const int said = ranks->get()->multicast_ranks();
      if (said < 0) throw Skip("NCCL's log says nothing about NVLS");
      return static_cast<double>(said);
    });
  }

 private:
  Params params(const Task& task) const {
    return {{"in_place", task.in_place ? "1" : "0"},
            {"nvls", ranks_->nccl().nvls ? "on" : "off"},
            {"registered", task.registered ? "1" : "0"}};
  }

  /// Ranks, as each of their communicators counts them.
  static int counted(SharedRanks& shared) {
    const auto ranks = shared.get();
    int all = 0;
    for (std::size_t i = 0; i < ranks->local(); ++i) {
      int count = 0, rank = 0;
      const nccl::CommHandle handle = ranks->communicators().handle(i);
      ranks->library().call().count(handle, &count);
      ranks->library().call().user_rank(handle, &rank);
      if (count != ranks->size() || rank != ranks->rank(i)) {
        throw std::runtime_error(fmt::format("{} is rank {} of {}, expected rank {} of {}",
                                             ranks->bench(i).gpu.subject, rank, count,
                                             ranks->rank(i), ranks->size()));
      }
      all = count;
    }
    return all;
  }

  Plan& plan_;
  std::shared_ptr<SharedRanks> ranks_;
  std::uint64_t gpus_;
};

void plan_operation(Planner& planner, Operation operation, std::uint64_t gpus, bool full,
                    const std::vector<std::uint64_t>& asked) {
  const std::uint64_t least = smallest(operation, gpus);
  planner.add({operation, least, false, false}, true);
  planner.add_times({operation, least, false, false});
  for (const std::uint64_t size : sizes_of(operation, asked)) {
    const std::uint64_t bytes = size / least * least;
    if (bytes == 0 || bytes == least) continue;
    const bool headline = full || bytes == 256 * mib / least * least;
    planner.add({operation, bytes, false, false}, false);
    if (headline && has_in_place(operation)) planner.add({operation, bytes, true, false}, false);
    if (full || (headline && may_use_nvls(operation)) ||
        (bytes >= 8 * gib && operation == Operation::all_reduce)) {
      planner.add({operation, bytes, false, true}, false);
    }
    if (headline) planner.add_times({operation, bytes, false, false});
  }
}

void plan(Plan& plan) {
  const std::vector<std::uint64_t> asked = asked_sizes(plan);
  const CudaMachine machine = find_gpus(plan, wait_limit_beside(plan));
  const NcclMachine nccl = find_nccl(plan, machine);
  if (const auto none = why_no_ranks(machine, nccl)) {
    for (const Metric& metric : metrics) {
      if (none->is_failure) {
        plan.fact(metric, {},
                  [reason = none->reason]() -> Fact { throw std::runtime_error(reason); });
      } else {
        plan.skip(metric, {}, none->reason);
      }
    }
    return;
  }
  Planner planner(plan, std::make_shared<SharedRanks>(machine, nccl, device_code()));
  planner.add_facts();
  for (const Operation operation : operations) {
    // Without NVLS it is about what NVLS would have done.
    if (!nccl.nvls && !may_use_nvls(operation)) continue;
    plan_operation(planner, operation, machine.gpus.size(), plan.flag(full_option.name), asked);
  }
}

}  // namespace
}  // namespace plumbline::collectives

int main(int argc, char** argv) {
  using namespace plumbline::collectives;
  return plumbline::run_probe({"collectives",
                               "How fast, how evenly and how faithfully all GPUs exchange data "
                               "through NCCL",
                               metrics, options, plan},
                              argc, argv);
}
