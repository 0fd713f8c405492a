#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "probes/host_memory/thread_team.h"

namespace plumbline::host_memory {

/// A cache line that names the next one.
struct alignas(64) ChaseLine {
  const ChaseLine* next;
  std::uint64_t order;  ///< its place in the ring, from 0
};

/// A ring through all cache lines of a piece of memory in random order: each load's address comes
/// out of the load before, and no prefetcher can guess it.
class PointerChase {
 public:
  /// Writes the ring into `memory` (whole lines of 64 bytes, at least two), with all threads of
  /// `builders`. Equal seeds give equal rings.
  PointerChase(std::span<std::byte> memory, ThreadTeam& builders, std::uint64_t seed = 1);

  std::size_t lines() const { return lines_.size(); }
  const ChaseLine* position() const { return position_; }

  /// Goes on by `loads` lines from where the last call ended, on the caller's thread.
  void follow(std::size_t loads);

  /// Throws std::runtime_error unless the ring passes every line before it comes back and all loads
  /// so far have ended where they should.
  void verify(ThreadTeam& checkers) const;

 private:
  std::span<ChaseLine> lines_;
  const ChaseLine* position_ = nullptr;
  std::uint64_t loads_ = 0;
};

/// Times the loads of a ring, on the one thread of `runner`. Both outlive this.
class LatencyWork {
 public:
  LatencyWork(PointerChase& chase, ThreadTeam& runner) : chase_(chase), runner_(runner) {}

  /// Loads in one sample, so that it takes at least `seconds`.
  void set_sample_time(double seconds);

  /// One sample: seconds per load.
  double sample();

 private:
  double timed_loads(std::size_t loads);  ///< seconds for all of them

  PointerChase& chase_;
  ThreadTeam& runner_;
  std::size_t loads_per_sample_ = 1;
};

}  // namespace plumbline::host_memory
