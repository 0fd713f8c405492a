#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/efa/pattern.h"
#include "probes/efa/session.h"

namespace plumbline::efa {

struct PingPongSettings {
  Operation operation = Operation::send;  ///< or write
  std::uint64_t bytes = 8;
  std::uint64_t rounds = 10'000;
  double most_s = 5;
  double warm_up_s = 0.5;
  double stall_s = 5;
};

/// Half round trips of one message there and one back.
struct HalfRoundTrips {
  std::string fault;                 ///< empty: it worked
  std::optional<WrongBytes> there;   ///< in what came to the other end; nothing: nobody looked
  std::optional<WrongBytes> back;    ///< in what came back
  std::vector<double> microseconds;  ///< in the order of time
};

HalfRoundTrips measure_latency(Crew& crew, const Site& from, const Site& to,
                               const PingPongSettings& settings, const SessionSettings& ends);

/// Of values in any order; `share`: 0.99 for the 99th percentile.
double percentile(std::vector<double> values, double share);

}  // namespace plumbline::efa
