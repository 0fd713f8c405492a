#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace plumbline {

/// Until when something is waited for. A deadline that has passed means: only what is there now.
using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadline_in(double seconds) {
  const double bounded = std::clamp(seconds, 0.0, 1e9);  // some thirty years: no overflow
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<Deadline::duration>(std::chrono::duration<double>(bounded));
}

inline bool has_passed(Deadline deadline) { return std::chrono::steady_clock::now() >= deadline; }

/// What is left, for poll(2): rounded up, so that one wait is enough; 0 when it has passed.
inline int poll_milliseconds(Deadline deadline) {
  const auto now = std::chrono::steady_clock::now();
  if (deadline <= now) return 0;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<long>(left, std::numeric_limits<int>::max() - 1)) + 1;
}

}  // namespace plumbline
