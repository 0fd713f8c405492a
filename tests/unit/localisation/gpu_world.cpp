#include "tests/unit/localisation/gpu_world.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "reports/statistics/median.h"

namespace plumbline::localisation::testing {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  double between(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  double normal() { return std::normal_distribution<double>()(random_); }

 private:
  std::mt19937_64 random_;
};

Element pair_of(std::uint32_t i, std::uint32_t j) {
  return {Kind::gpu_pair, std::min(i, j), std::max(i, j)};
}

std::vector<Element> slow_elements(const GpuWorld& world, GpuFault fault, Draw& draw) {
  const std::uint32_t i = draw.below(world.gpus);
  const std::uint32_t j = (i + 1 + draw.below(world.gpus - 1)) % world.gpus;
  switch (fault) {
    case GpuFault::none:
      return {};
    case GpuFault::gpu:
      return {{Kind::gpu, i, 0}};
    case GpuFault::two_gpus:
      return {{Kind::gpu, i, 0}, {Kind::gpu, j, 0}};
    case GpuFault::sending:
      return {{Kind::gpu_sending, i, 0}};
    case GpuFault::receiving:
      return {{Kind::gpu_receiving, i, 0}};
    case GpuFault::pair:
      return {pair_of(i, j)};
    case GpuFault::gpu_and_pair: {
      std::uint32_t other = j;  // a pair without the slow GPU, which would hide it
      while (other == i || other == j) other = draw.below(world.gpus);
      return {{Kind::gpu, i, 0}, pair_of(j, other)};
    }
    case GpuFault::all_gpus:
      break;
  }
  return {{Kind::all_gpus, 0, 0}};
}

bool crosses(const Element& element, std::uint32_t from, std::uint32_t to) {
  switch (element.kind) {
    case Kind::gpu:
      return element.index == from || element.index == to;
    case Kind::gpu_sending:
      return element.index == from;
    case Kind::gpu_receiving:
      return element.index == to;
    case Kind::gpu_pair:
      return element == pair_of(from, to);
    default:
      return true;
  }
}

}  // namespace

GpuCase simulate(const GpuWorld& world, GpuFault fault, std::uint64_t seed) {
  Draw draw(seed);
  GpuCase result;
  result.slow = slow_elements(world, fault, draw);
  std::sort(result.slow.begin(), result.slow.end());
  std::map<Element, double> offsets;
  for (const Element& element : result.slow) {
    offsets[element] = std::log1p(-draw.between(0.05, 0.30));
  }
  const double of_median = world.runs > 1 ? 1.25 : 1;
  for (std::uint32_t from = 0; from < world.gpus; ++from) {
    for (std::uint32_t to = 0; to < world.gpus; ++to) {
      if (from == to) continue;
      double offset = 0;
      for (const auto& [element, slow] : offsets) {
        if (crosses(element, from, to)) offset = std::min(offset, slow);
      }
      std::vector<double> runs;
      for (std::size_t run = 0; run < world.runs; ++run) {
        runs.push_back(offset + world.sigma * draw.normal());
        if (draw.between(0, 1) < world.transients) {
          runs.back() += std::log(draw.between(0.70, 0.97));
        }
      }
      result.paths.push_back(
          {from, to, median(runs),
           of_median * world.sigma / std::sqrt(static_cast<double>(world.runs))});
    }
  }
  return result;
}

std::vector<Element> elements_of(const std::vector<Culprit>& culprits) {
  std::vector<Element> elements;
  for (const Culprit& culprit : culprits) elements.push_back(culprit.element);
  std::sort(elements.begin(), elements.end());
  return elements;
}

}  // namespace plumbline::localisation::testing
