#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "results/schema/manifest.h"
#include "results/schema/true_fault.h"
#include "suites/schedule/fleet.h"
#include "suites/simulation/machine.h"
#include "suites/simulation/world.h"

namespace plumbline::simulation {

/// Something that is wrong with one node, one leaf or the whole fleet, in runs from `from_run` to
/// before `until_run`.
struct Fault {
  const FaultRule* rule = nullptr;
  std::size_t place = 0;  ///< which node or leaf; of a fleet's nothing
  std::string subject;
  std::string peer;
  double severity = 0;
  std::uint64_t from_run = 0;
  std::uint64_t until_run = std::numeric_limits<std::uint64_t>::max();
  std::size_t home = 0;  ///< the node that the part came from: it has that node's serial

  FaultKind kind() const { return rule->kind; }
  bool is_in(std::uint64_t run) const { return run >= from_run && run < until_run; }
  /// In a run that has it.
  double severity_in(std::uint64_t run) const;
};

/// From then until then a part is in the place of that of the other node, which is in its place.
struct Move {
  std::size_t node = 0;
  std::string subject;
  std::size_t other = 0;
  std::uint64_t from_run = 0;
  std::uint64_t until_run = std::numeric_limits<std::uint64_t>::max();
};

/// A world with its nodes, who of them is in which cohort, and all faults: what everything that is
/// measured follows from. Not to be moved while others hold its faults.
struct SimulatedFleet {
  /// Throws FileError where the world has more faults than nodes for them.
  SimulatedFleet(World the_world, Machine the_machine, std::uint64_t the_seed);
  SimulatedFleet(const SimulatedFleet&) = delete;
  SimulatedFleet& operator=(const SimulatedFleet&) = delete;

  World world;
  Machine machine;
  std::uint64_t seed;
  Manifest manifest;
  schedule::Fleet fleet;
  std::vector<std::uint32_t> cohort_of;  ///< of each node; world.cohorts.size(): of none
  std::vector<Fault> faults;             ///< of nodes, by node
  std::vector<Move> moves;               ///< by node
  std::vector<Fault> leaf_faults;
  std::vector<Fault> fleet_faults;  ///< of the probes: every node that `place` counts has them

  std::size_t nodes() const { return manifest.size(); }
  std::span<const Fault> faults_of(std::size_t node) const {
    return {faults.data() + first_fault_[node], first_fault_[node + 1] - first_fault_[node]};
  }
  /// True if the node has rows in this run.
  bool is_reachable(std::size_t node, std::uint64_t run) const;
  /// The node in which the part was in the first run: it keeps its serial number and what makes it
  /// differ from others.
  std::size_t home_of(std::size_t node, const std::string& subject, std::uint64_t run) const;
  /// True if the probe is wrong on this node.
  bool has_wrong_probe(const Fault& fault, std::size_t node) const;

 private:
  std::vector<std::uint32_t> first_fault_;
};

/// What a report of run `run` should find, by host.
std::vector<TrueFault> truth_of(const SimulatedFleet& fleet, std::uint64_t run);

}  // namespace plumbline::simulation
