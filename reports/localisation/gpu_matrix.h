#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "reports/localisation/bottlenecks.h"
#include "reports/localisation/culprit.h"

namespace plumbline::localisation {

/// What came of moving data from one GPU to another.
struct GpuPath {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  double deviation = 0;  ///< log(measured / reference)
  double sigma = 0;      ///< noise of that; of the median of n runs 1.25 sigma_r / sqrt(n)
};

/// How likely each kind is slow, and what it takes. A pair has two paths, so each may say more than
/// elsewhere (C), or no pair could ever be convicted.
struct GpuMatrixRule {
  double gpu = 5.3;  ///< prior odds: log((1 - f) / f)
  double direction = 6.9;
  double pair = 9.9;
  double all_gpus = 6.2;
  PeelingRule peeling = {.most_per_path = 8, .least_offset = 0.025, .least_gain = 3};
  Conviction conviction = {.gate = 0.025};
};

/// Which GPUs, directions, pairs or all of them make the paths of one node slow. Paths that nobody
/// measured say nothing; `from` and `to` are below `gpus` and differ. The most certain first.
std::vector<Culprit> slow_gpus(std::uint32_t gpus, std::span<const GpuPath> paths,
                               const GpuMatrixRule& rule = {});

}  // namespace plumbline::localisation
