#include "reports/localisation/gpu_matrix.h"

#include <algorithm>
#include <array>

#include "reports/localisation/culprits.h"

namespace plumbline::localisation {
namespace {

/// The elements of one node, numbered kind after kind.
class GpuNumbers {
 public:
  explicit GpuNumbers(std::uint32_t gpus) : gpus_(gpus) {}

  std::uint32_t gpu(std::uint32_t i) const { return i; }
  std::uint32_t sending(std::uint32_t i) const { return gpus_ + i; }
  std::uint32_t receiving(std::uint32_t i) const { return 2 * gpus_ + i; }
  std::uint32_t all_gpus() const { return 3 * gpus_; }
  std::uint32_t pair(std::uint32_t i, std::uint32_t j) const {
    const auto [low, high] = std::minmax(i, j);
    return all_gpus() + 1 + high * (high - 1) / 2 + low;
  }
  std::uint32_t count() const { return all_gpus() + 1 + gpus_ * (gpus_ - 1) / 2; }

  Element element(std::uint32_t number) const {
    if (number < gpus_) return {Kind::gpu, number, 0};
    if (number < 2 * gpus_) return {Kind::gpu_sending, number - gpus_, 0};
    if (number < all_gpus()) return {Kind::gpu_receiving, number - 2 * gpus_, 0};
    if (number == all_gpus()) return {Kind::all_gpus, 0, 0};
    std::uint32_t high = 1;
    while (pair(0, high + 1) <= number) ++high;
    return {Kind::gpu_pair, number - pair(0, high), high};
  }

 private:
  std::uint32_t gpus_;
};

}  // namespace

std::vector<Culprit> slow_gpus(std::uint32_t gpus, std::span<const GpuPath> measured,
                               const GpuMatrixRule& rule) {
  if (gpus < 2) return {};
  const GpuNumbers numbers(gpus);
  std::vector<double> prior_odds(numbers.count(), rule.pair);
  for (std::uint32_t i = 0; i < gpus; ++i) {
    prior_odds[numbers.gpu(i)] = rule.gpu;
    prior_odds[numbers.sending(i)] = prior_odds[numbers.receiving(i)] = rule.direction;
  }
  prior_odds[numbers.all_gpus()] = rule.all_gpus;

  Paths paths;
  paths.reserve(measured.size(), 6 * measured.size());
  for (const GpuPath& path : measured) {
    const std::array elements = {numbers.gpu(path.from),           numbers.gpu(path.to),
                                 numbers.sending(path.from),       numbers.receiving(path.to),
                                 numbers.pair(path.from, path.to), numbers.all_gpus()};
    paths.add(path.deviation, path.sigma, elements);
  }
  const Crossings crossings(paths, numbers.count());
  const auto bottlenecks = find_bottlenecks(paths, crossings, prior_odds, rule.peeling);
  return culprits_of(bottlenecks, paths, crossings, rule.conviction,
                     [&](std::uint32_t number) { return numbers.element(number); });
}

}  // namespace plumbline::localisation
