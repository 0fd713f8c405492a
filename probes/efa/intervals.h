#pragma once

#include <cstdint>
#include <vector>

#include "probes/efa/orders.h"

namespace plumbline::efa {

/// Counts bytes as they arrive, in intervals that begin and end with an arrival: so none is charged
/// for a part of a message.
class Intervals {
 public:
  Intervals(const CountOrder& order, std::size_t sources);

  /// `bytes` of `source` have arrived by `now`, in seconds of any clock.
  void add(double bytes, std::size_t source, double now);
  /// All intervals are over, or the time for them.
  bool done() const { return done_; }
  const Counted& counted() const { return counted_; }

 private:
  CountOrder order_;
  Counted counted_;
  bool begun_ = false, done_ = false;
  double first_ = 0, since_ = 0;
  double bytes_ = 0;
};

}  // namespace plumbline::efa
