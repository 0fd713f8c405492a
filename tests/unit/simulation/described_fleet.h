#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "suites/simulation/simulated_fleet.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline::testing {

extern const std::filesystem::path shipped_worlds;
extern const std::filesystem::path shipped_baselines;

/// A world based on the healthy one, with `more` in it: of 40 nodes p4d.24xlarge in leaves of 8.
class DescribedWorld {
 public:
  explicit DescribedWorld(const std::string& more = "") {
    write_file(folder_ / "small.toml", "name = \"small\"\nbased_on = \"" +
                                           (shipped_worlds / "healthy.toml").string() +
                                           "\"\ninstance_type = \"p4d.24xlarge\"\nnodes = 40\n"
                                           "nodes_per_leaf = 8\n");
    write_file(file(), "name = \"described\"\nbased_on = \"small.toml\"\n" + more);
  }
  std::filesystem::path file() const { return folder_ / "world.toml"; }
  simulation::World world() const { return simulation::read_world(file()); }

 private:
  ScratchFolder folder_;
};

/// The fleet of such a world.
class DescribedFleet {
 public:
  explicit DescribedFleet(const std::string& more = "", std::uint64_t seed = 1)
      : DescribedFleet(DescribedWorld(more).world(), seed) {}
  DescribedFleet(const simulation::World& world, std::uint64_t seed)
      : baselines(simulation::baselines_of(world, shipped_baselines)),
        fleet(world, simulation::machine_of(world, baselines), seed) {}

  /// The number of the one series with this metric, subject and peer.
  std::size_t series(const std::string& metric, const std::string& subject,
                     const std::string& peer = "") const {
    for (std::size_t i = 0; i < fleet.machine.series.size(); ++i) {
      const Measurement& row = fleet.machine.series[i].row;
      if (row.metric == metric && row.subject == subject && row.peer == peer) return i;
    }
    throw std::runtime_error("there is no series " + metric + " of " + subject + ">" + peer);
  }

  std::vector<Baseline> baselines;
  simulation::SimulatedFleet fleet;
};

}  // namespace plumbline::testing
