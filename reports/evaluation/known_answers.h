#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/evaluation/expectations.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// Which expectations rows answer, of one host after another: nearly all of what is asked about a
/// host was asked about the one before, in the same order.
class KnownAnswers {
 public:
  struct Answer {
    std::vector<std::size_t> baselines;  ///< as Expectations::answered_by() says
    std::string counted_as;              ///< the row's path, as counted_as() says
  };

  /// Before the first row of a host, of which this is expected. What was known of other
  /// expectations is forgotten; those given before must still be there.
  void start(const Expectations& expectations);

  /// Rows of a host in reading order. What it gives back holds until it is asked again.
  const Answer& of(const Measurement& m);

 private:
  /// An answer and all that it depends on.
  struct Known {
    std::string metric, subject, peer, transport;
    std::uint64_t bytes = 0;
    Params params;
    Answer answer;

    bool is_about(const Measurement& m) const;
  };

  std::optional<std::size_t> find(const Measurement& m) const;

  const Expectations* expectations_ = nullptr;
  std::vector<Known> known_;
  std::size_t next_ = 0;  ///< in known_: what the next row is expected to be about
  Answer other_;          ///< about a path to another host: each host has others
};

}  // namespace plumbline
