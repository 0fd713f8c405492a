#pragma once

#include <memory>
#include <vector>

#include "probes/efa/bench.h"
#include "probes/efa/rail.h"
#include "probes/harness/plan.h"

namespace plumbline::efa {

/// Sizes that are measured.
struct Sizes {
  std::vector<std::uint64_t> bandwidth;
  std::vector<std::uint64_t> latency;
};
Sizes default_sizes();
/// 1 B to 1 GiB, and every size in between that is four times the last.
Sizes full_sizes();
Sizes only(const std::vector<std::uint64_t>& asked);

/// Adds the cases of one host alone: each rail with itself and the next one, and all at once.
void plan_one_host(Plan& plan, const std::shared_ptr<Bench>& bench, const HostRails& rails,
                   const Sizes& sizes, bool every_pair);

/// Adds what is known of rails without any traffic.
void plan_facts(Plan& plan, const HostRails& rails);

}  // namespace plumbline::efa
