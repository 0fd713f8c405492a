#pragma once

#include <array>

#include "probes/collectives/operation.h"
#include "probes/harness/metric.h"

namespace plumbline::collectives {

#define METRICS_OF(operation, what, factor)                                                       \
  Metric{"collectives." operation ".busbw", "GB/s", Better::higher,                               \
         what "; size / time x " factor                                                           \
              ", time by the host's clock (of several the slowest) around some rounds, launches " \
              "included"},                                                                        \
      Metric{"collectives." operation ".latency", "us", Better::lower,                            \
             what ", of the smallest message; the host's clock around some rounds, one of them"}, \
      Metric {                                                                                    \
    "collectives." operation ".time", "us", Better::lower,                                        \
        what ", of single rounds by the GPUs' events, the slowest rank's; a percentile of 200"    \
  }

inline constexpr std::array metrics = {
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
    Metric{
        "collectives.wrong_values", "count", Better::exact,
        "Numbers that this GPU received and that are not what they must be, of the last round of "
        "each exchange that was timed"},
    Metric{"collectives.hosts", "count", Better::exact,
           "Hosts that came together, one process on each"},
    Metric{"collectives.differences", "count", Better::exact,
           "In what these hosts differ: GPUs, NVLS, versions of plumbline, NCCL, CUDA"},
    Metric{
        "collectives.network", "text", Better::exact,
        "By what NCCL goes from host to host, as it says itself: efa, tcp (its own sockets), ib"},
};
inline constexpr std::size_t metrics_per_operation = 3;
inline constexpr std::size_t metrics_of_hosts = 3;  ///< the last ones are of several hosts only
inline constexpr const Metric& ranks_metric = metrics[metrics.size() - 6];
inline constexpr const Metric& nvls_metric = metrics[metrics.size() - 5];
inline constexpr const Metric& wrong_values_metric = metrics[metrics.size() - 4];
inline constexpr const Metric& hosts_metric = metrics[metrics.size() - 3];
inline constexpr const Metric& differences_metric = metrics[metrics.size() - 2];
inline constexpr const Metric& network_metric = metrics[metrics.size() - 1];

/// `which`: 0 busbw, 1 latency, 2 time.
inline const Metric& metric_of(Operation operation, std::size_t which) {
  return metrics[static_cast<std::size_t>(operation) * metrics_per_operation + which];
}

}  // namespace plumbline::collectives
