#pragma once

#include <cstdint>
#include <vector>

#include "reports/localisation/gpu_matrix.h"

namespace plumbline::localisation::testing {

/// What is slow in a simulated node. `gpu_and_pair` and `two_gpus` are two faults at once.
enum class GpuFault { none, gpu, two_gpus, sending, receiving, pair, gpu_and_pair, all_gpus };

/// A node with one fault of 5 to 30 %, each of its paths measured `runs` times with noise of 0.5 %,
/// and slow once by 3 to 30 % with probability 0.5 %.
struct GpuWorld {
  std::uint32_t gpus = 8;
  std::size_t runs = 3;
  double sigma = 0.005;
  double transients = 0.005;
};

struct GpuCase {
  std::vector<GpuPath> paths;  ///< the median of the runs of each ordered pair
  std::vector<Element> slow;   ///< what is, ascending
};

GpuCase simulate(const GpuWorld& world, GpuFault fault, std::uint64_t seed);

/// The elements of the culprits, ascending.
std::vector<Element> elements_of(const std::vector<Culprit>& culprits);

}  // namespace plumbline::localisation::testing
