#include "probes/host_memory/pointer_chase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "probes/host_memory/random_order.h"

namespace plumbline::host_memory {
namespace {

constexpr std::size_t unroll = 16;

struct Range {
  std::size_t begin, end;
};
Range part_of(std::size_t count, std::size_t rank, std::size_t ranks) {
  return {count * rank / ranks, count * (rank + 1) / ranks};
}

}  // namespace

PointerChase::PointerChase(std::span<std::byte> memory, ThreadTeam& builders, std::uint64_t seed)
    : lines_(reinterpret_cast<ChaseLine*>(memory.data()), memory.size() / sizeof(ChaseLine)) {
  if (lines() < 2) {
    throw std::invalid_argument(
        fmt::format("a pointer chase needs 128 bytes, found {}", memory.size()));
  }
  const RandomOrder order(lines(), seed);
  builders.run([&](std::size_t rank) {
    const auto [begin, end] = part_of(lines(), rank, builders.size());
    ChaseLine* line = &lines_[order(begin)];
    for (std::size_t k = begin; k < end; ++k) {
      ChaseLine* const next = &lines_[order(k + 1 == lines() ? 0 : k + 1)];
      line->next = next;
      line->order = k;
      line = next;
    }
  });
  position_ = &lines_[order(0)];
}

void PointerChase::follow(std::size_t loads) {
  const ChaseLine* line = position_;
  const std::size_t rounds = loads / unroll;
  for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < unroll; ++i) line = line->next;
  }
  for (std::size_t i = rounds * unroll; i < loads; ++i) line = line->next;
  position_ = line;
  loads_ += loads;
}

/// Every line's successor is the next in order, the last one's the first: so a walk from any line
/// comes back after a multiple of lines() steps, and there are not more lines than that.
void PointerChase::verify(ThreadTeam& checkers) const {
  const ChaseLine* const begin = lines_.data();
  checkers.run([&](std::size_t rank) {
    const auto [from, to] = part_of(lines(), rank, checkers.size());
    for (std::size_t i = from; i < to; ++i) {
      const ChaseLine& line = lines_[i];
      const std::uint64_t expected = line.order + 1 == lines() ? 0 : line.order + 1;
      if (line.order >= lines() || line.next < begin || line.next >= begin + lines()) {
        throw std::runtime_error(fmt::format("the line at {} is damaged: order {}, next {}",
                                             fmt::ptr(&line), line.order, fmt::ptr(line.next)));
      }
      if (line.next->order != expected) {
        throw std::runtime_error(fmt::format(
            "the line at {} of order {} leads to {} of order {}, expected {}", fmt::ptr(&line),
            line.order, fmt::ptr(line.next), line.next->order, expected));
      }
    }
  });
  if (position_->order != loads_ % lines()) {
    throw std::runtime_error(fmt::format("{} loads ended at line {} of {}, expected line {}",
                                         loads_, position_->order, lines(), loads_ % lines()));
  }
}

void LatencyWork::set_sample_time(double seconds) {
  // The first loads find the caches as the ring's writers left them: as many as a quarter of a
  // sample takes make them as they will be.
  double once = 0;
  for (loads_per_sample_ = 1024;; loads_per_sample_ *= 2) {
    once = timed_loads(loads_per_sample_);
    if (once >= seconds / 4) break;
  }
  loads_per_sample_ = static_cast<std::size_t>(
      std::ceil(static_cast<double>(loads_per_sample_) * std::max(1.0, seconds / once)));
}

double LatencyWork::sample() {
  const double seconds = timed_loads(loads_per_sample_);
  return seconds / static_cast<double>(loads_per_sample_);
}

double LatencyWork::timed_loads(std::size_t loads) {
  return runner_.run([&](std::size_t) { chase_.follow(loads); });
}

}  // namespace plumbline::host_memory
