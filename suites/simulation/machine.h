#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/baseline.h"
#include "results/schema/measurement.h"
#include "suites/simulation/world.h"

namespace plumbline::simulation {

/// Something that is measured of every node of the fleet, alone, and what a healthy node has there.
struct Series {
  Measurement row;  ///< all of a row but the run, the host, the time and the values
  bool is_fact = false;
  double level = 0;               ///< of a rate or latency: what a healthy machine has
  double expected = 0;            ///< of it in the baseline
  std::optional<double> ceiling;  ///< physical: no value is above
  bool is_gate = false;           ///< the baseline decides by it
  bool is_context = false;        ///< nothing decides by it
  std::optional<double> low;      ///< absolute limits of the baseline
  std::optional<double> high;
  Noise noise;
  std::size_t probe = 0;  ///< index of Machine::probes
};

/// A rate or a fact of paths between NICs of two nodes, the same for each of them.
struct PathKind {
  Measurement row;  ///< without hosts, NICs and values
  bool is_fact = false;
  double level = 0;
  std::optional<double> ceiling;
};

/// A healthy node of one instance type as its baseline describes it: what it has, what is measured
/// of it, and the values.
struct Machine {
  std::string instance_type;
  std::uint64_t gpus = 0;
  std::uint64_t numa_nodes = 0;
  std::uint64_t nvmes = 0;
  std::vector<std::string> nics;  ///< in the order of rails
  std::vector<std::string> probes;
  std::vector<Series> series;
  std::vector<PathKind> paths;

  /// gpu0, gpu1 ... for "gpu"; the NICs for "nic"; "node" for "node" and "".
  std::vector<std::string> devices(const std::string& subject_class) const;
};

/// What the type of the world is expected to be: the world's own baseline, or the reviewed one
/// below `reviewed`, and its made metrics; those of them that have no limit as context, and no
/// report is told about these. Throws FileError if there is nothing.
std::vector<Baseline> baselines_of(const World& world, const std::filesystem::path& reviewed);

/// True if the report cannot know these baselines by itself: the run has to bring them along.
bool brings_baselines(const World& world);

/// The machine that the baselines describe, as far as the world measures it. Throws FileError if
/// that is nothing.
Machine machine_of(const World& world, const std::vector<Baseline>& baselines);

}  // namespace plumbline::simulation
