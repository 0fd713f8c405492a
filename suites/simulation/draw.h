#pragma once

#include <cstdint>
#include <initializer_list>

#include "suites/schedule/random.h"
#include "suites/simulation/world.h"

namespace plumbline::simulation {

/// What is drawn: keeps the draws of one seed apart.
enum class Stream : std::uint64_t {
  faults,
  cohorts,
  devices,
  samples,
  nodes,
  rounds,
  congestion,
  transients,
  paths,
  order,
};

/// Random numbers that follow from the seed and from what they are for alone: a value is the same
/// whoever asks for it, in whatever order and by how many threads.
class Draw {
 public:
  Draw(std::uint64_t seed, Stream stream, std::uint64_t a = 0, std::uint64_t b = 0,
       std::uint64_t c = 0)
      : random_(seed, {static_cast<std::uint64_t>(stream), a, b, c}) {}

  /// Above 0 and below 1.
  double uniform() { return (static_cast<double>(random_.next() >> 11) + 0.5) * 0x1p-53; }
  double in(const Range& range) { return range.low + (range.high - range.low) * uniform(); }
  double normal();
  /// Of mean 0 and standard deviation 1: Student's t with `tails` degrees of freedom, scaled, or
  /// normal if that is 0.
  double noise(std::uint64_t tails);
  std::size_t below(std::size_t bound) { return random_.below(bound); }

 private:
  schedule::Random random_;
};

/// x so that a standard normal value is below x with probability p: Wichura 1988, AS 241, PPND16.
double normal_quantile(double p);

}  // namespace plumbline::simulation
