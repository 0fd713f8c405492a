#pragma once

#include "probes/virtual_node/simulation.h"

namespace plumbline::virtual_node {

/// The virtual time of this thread of the host: calls into the driver spend it, waiting for a GPU
/// lets it pass, and the thread's own work costs none. A thread begins at the time that it is
/// given. Where the library virtual_clock is loaded too, CLOCK_MONOTONIC_RAW shows it.
class HostTime {
 public:
  static Nanoseconds now();
  /// For a thread that has no time yet.
  static void begin_at(Nanoseconds time);
  static void spend(Nanoseconds duration);
  static void wait_until(Nanoseconds time);
};

}  // namespace plumbline::virtual_node
