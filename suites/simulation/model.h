#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "suites/simulation/simulated_fleet.h"

namespace plumbline::simulation {

/// Samples behind each rate and latency.
inline constexpr std::uint64_t samples_of_a_rate = 20;

/// What a node really is in one series, and so what no single measurement says.
struct TrueState {
  bool is_absent = false;                  ///< there is no row
  double value = 0;                        ///< of a rate, latency or numeric fact
  const std::string* text = nullptr;       ///< of a fact that is a text
  const std::string* transport = nullptr;  ///< that is used instead of the expected one
};

TrueState true_state(const SimulatedFleet& fleet, std::size_t node, std::size_t series,
                     std::uint64_t run);

/// The share of a healthy rate that the node's faults leave; 1 where none is on its way.
double share_left(const SimulatedFleet& fleet, std::size_t node, std::size_t series,
                  std::uint64_t run);

/// What a healthy node of its cohort has in the middle.
double usual_value(const SimulatedFleet& fleet, std::size_t node, std::size_t series,
                   std::uint64_t run);

/// True if the node's own measurements or its tasks give a report that is right no ground to accept
/// it: a limit that the baseline decides by is broken, or something is missing.
bool is_unacceptable(const SimulatedFleet& fleet, std::size_t node, std::uint64_t run);

/// What measuring it the `attempt`th time in a run gives: the true value and the noise of that run.
double measured_value(const SimulatedFleet& fleet, std::size_t node, std::size_t series,
                      double true_value, std::uint64_t run, std::uint64_t attempt);

/// One direction of a path between NICs in one round.
struct PathPlace {
  std::size_t kind = 0;  ///< index of Machine::paths
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t rail = 0;  ///< of both
  std::uint64_t run = 0;
  std::uint64_t round = 0;  ///< from 0; all rounds of a run have different numbers
};

/// The rate that the path has in this round, with noise.
double path_rate(const SimulatedFleet& fleet, const PathPlace& place);

/// What of this node is there instead of its transport; null for nothing.
const std::string* other_transport(const SimulatedFleet& fleet, std::size_t node,
                                   std::string_view metric, std::uint64_t run);

}  // namespace plumbline::simulation
