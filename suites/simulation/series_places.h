#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "results/schema/finding.h"
#include "suites/simulation/simulated_fleet.h"

namespace plumbline::simulation {

/// A node, and one series of its machine.
struct SeriesPlace {
  std::size_t node = 0;
  std::size_t series = 0;

  auto operator<=>(const SeriesPlace&) const = default;
};

/// Which series of which node of a fleet a finding is about.
class SeriesPlaces {
 public:
  explicit SeriesPlaces(const SimulatedFleet& fleet);

  /// The number of a node; nothing for other names.
  std::optional<std::size_t> node(const std::string& host) const;
  /// Nothing for paths to other hosts and for culprits.
  std::optional<SeriesPlace> of(const Finding& finding) const;

 private:
  std::unordered_map<std::string, std::size_t> nodes_;
  std::unordered_map<std::string, std::size_t> series_;
};

}  // namespace plumbline::simulation
