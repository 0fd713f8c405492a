#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/names.h"
#include "results/schema/time.h"

namespace plumbline::simulation {

/// Both ends of what a value is drawn from, each as likely as any between.
struct Range {
  double low = 0;
  double high = 0;
};

/// How much values of healthy machines differ: relative standard deviations.
struct Noise {
  double within = 0.001;   ///< samples of one run
  double runs = 0.003;     ///< runs of one machine
  double devices = 0.003;  ///< machines of one kind
};

enum class FaultKind {
  slow,           ///< what is measured of one subject alone
  gpu,            ///< a GPU's NVLinks, both ways
  gpu_sending,    ///< out of it
  gpu_receiving,  ///< into it
  gpu_pair,       ///< between two GPUs
  all_gpus,       ///< the node's NVSwitches
  nic,            ///< one NIC
  node,           ///< all NICs of a node
  leaf,           ///< the uplinks of a leaf of the network
  leaf_rail,      ///< these for one rail
  fact,           ///< a fact is another one
  absent,         ///< a device is not there
  unreachable,    ///< a node has no rows
  hang,           ///< a task ran into its deadline
  crash,          ///< a task crashed
  fallback,       ///< another transport than expected was used
  harness,        ///< the probe is wrong, not the machines: accuses nobody
  unfinished,     ///< the runner was killed: a task has no end
};
inline constexpr auto fault_kind_names =
    names_of<FaultKind>("slow", "gpu", "gpu_sending", "gpu_receiving", "gpu_pair", "all_gpus",
                        "nic", "node", "leaf", "leaf_rail", "fact", "absent", "unreachable", "hang",
                        "crash", "fallback", "harness", "unfinished");

/// One kind of fault and how much of the fleet has it: a [[fault]] of a world.
struct FaultRule {
  FaultKind kind = FaultKind::slow;
  /// Of the nodes, or of the leaves where it is a leaf's. At least one, if it is not 0.
  double share = 0;
  std::optional<std::uint64_t> count;      ///< so many, whatever the size of the fleet
  std::string metric;                      ///< what its name begins with
  std::string params;                      ///< "kind=uncorrected": what the row has besides
  std::string subject;                     ///< "gpu", "nic", "numa" or "node": one of these
  Range severity{0.1, 0.3};                ///< the share of the rate that it takes
  std::string value;                       ///< of a fact: what is found instead
  std::string probe;                       ///< of a hang or crash
  std::string transport;                   ///< of a fallback
  std::vector<std::string> counted_by;     ///< facts that are one less for an absent device
  std::uint64_t from_run = 0;              ///< the first run that has it, from 0
  std::optional<std::uint64_t> until_run;  ///< the first that has it no longer: it was mended
  std::uint64_t grows_over = 0;            ///< so many runs until it is as severe as it gets
  std::uint64_t moves_every = 0;           ///< the part goes to another node after so many runs
  std::size_t line = 0;                    ///< in the file
};

/// Nodes with something in common that makes them faster or slower: a driver, a site.
struct Cohort {
  std::string name;
  double share = 0;
  double offset = 0;   ///< relative: -0.03 is 3 % slower
  std::string metric;  ///< what the names of what it changes begin with
  std::uint64_t from_run = 0;
  std::map<std::string, std::string> context;  ///< rows of context.csv from then on
};

/// Metrics that no baseline has: fleet.<name>0 ... of every node, held against nothing or against
/// `low`. For questions that the metrics of real machines cannot answer, such as how 200 of them of
/// known noise behave.
struct MadeMetrics {
  std::string name;
  std::uint64_t count = 0;
  double expected = 100;
  std::optional<double> low;  ///< relative limit of the baseline that the run brings along
  Noise noise;
};

/// Paths between NICs of two nodes. Offsets are relative standard deviations.
struct Network {
  bool is_measured = true;
  double sigma = 0.01;       ///< of one path
  double nodes = 0.004;      ///< of healthy nodes
  double rounds = 0.005;     ///< what a round has in common
  double transients = 0.01;  ///< share of paths that something slows once
  Range transient_severity{0.03, 0.3};
  double congested_leaves = 0;  ///< share of leaves whose uplinks are slow in a round
  Range congestion{0.05, 0.3};
  std::uint64_t tails = 0;          ///< degrees of freedom of Student's t; 0: normal
  std::uint64_t within_leaves = 1;  ///< rounds
  std::uint64_t across_leaves = 3;
  std::uint64_t adaptive = 2;  ///< tests of each suspect
};

/// A fleet and what is wrong with it: one TOML file. README.md in this folder describes the format.
struct World {
  std::string name;
  std::string purpose;
  std::string instance_type;
  std::uint64_t nodes = 200;
  std::uint64_t nodes_per_leaf = 32;
  std::uint64_t leaves_per_spine = 32;
  std::uint64_t runs = 1;           ///< one a day
  std::uint64_t repeats = 1;        ///< of what nodes measure alone, in each run
  WallTime start{};                 ///< of the first run
  std::vector<std::string> probes;  ///< only these; empty: all that the baseline has
  std::uint64_t nics = 0;           ///< of a type whose baseline does not say how many
  bool context_rows = false;        ///< also what decides nothing
  bool devices = true;              ///< devices.csv and context.csv
  double headroom = 0.03;           ///< a healthy rate keeps this away from a physical ceiling
  double above_threshold = 0.25;    ///< and is so much above what is a threshold only
  std::uint64_t tails = 0;          ///< as of the network, for what nodes measure alone
  Noise noise;
  std::map<std::string, Noise> families;  ///< of a metric's family: "gpu_memory"
  std::filesystem::path baseline;         ///< instead of the reviewed one of the type; may be empty
  std::vector<MadeMetrics> made;
  Network network;
  std::vector<Cohort> cohorts;
  std::vector<FaultRule> faults;
  std::filesystem::path file;
};

inline constexpr std::uint64_t most_nodes = 1'000'000;

/// Reads a world and those that it is based on. Throws FileError with the line, what was found and
/// what was expected.
World read_world(const std::filesystem::path& file);

/// The file of a world by name ("mature", looked up in `worlds`) or path. Throws FileError that
/// lists the names there are.
std::filesystem::path find_world(const std::string& name_or_path,
                                 const std::filesystem::path& worlds);

}  // namespace plumbline::simulation
