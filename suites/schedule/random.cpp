#include "suites/schedule/random.h"

namespace plumbline::schedule {

Random::Random(std::uint64_t seed, std::initializer_list<std::uint64_t> stream) : state_(seed) {
  for (const std::uint64_t word : stream) state_ = next() ^ word;
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::size_t Random::below(std::size_t bound) {
  const std::uint64_t n = bound;
  const std::uint64_t uneven = (UINT64_MAX % n + 1) % n;  // so many numbers at the end are too many
  std::uint64_t drawn = next();
  while (drawn > UINT64_MAX - uneven) drawn = next();
  return static_cast<std::size_t>(drawn % n);
}

}  // namespace plumbline::schedule
