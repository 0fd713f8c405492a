#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/evaluation/expectations.h"
#include "reports/evaluation/recurring.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// Which expectations rows answer, of one host after another: nearly all of what is asked about a
/// host was asked about the one before, in the same order.
class KnownAnswers {
 public:
  struct Answer {
    std::vector<std::size_t> baselines;  ///< as Expectations::answered_by() says
    Text counted_as;                     ///< the row's path, as counted_as() says
  };

  /// Before the first row of a host, of which this is expected. What was known of other
  /// expectations is forgotten; those given before must still be there.
  void start(const Expectations& expectations);

  /// What it gives back holds until it is asked again.
  const Answer& of(const Measurement& m);

 private:
  const Expectations* expectations_ = nullptr;
  Recurring<Answer> known_;
  Answer other_;  ///< about a path to another host where that is expected of some by name
};

}  // namespace plumbline
