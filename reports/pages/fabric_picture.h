#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline {

/// Two places of the network, by number, and the worst that was measured between them.
struct FabricCell {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double deviation = 0;  ///< of the slowest path from what a healthy one reaches: -0.12; 0: none
  std::uint32_t paths = 0;
  std::uint32_t failed = 0;  ///< paths that carried nothing
};

/// A place of the network and what it stands below: of a leaf the network nodes above it, of a host
/// its leaf. Empty where that is not known.
struct FabricPlace {
  std::string name;
  std::string above;
};

/// Two hosts that were measured with each other in one round.
struct FabricMeeting {
  std::uint32_t round = 0;  ///< number of the round in the picture
  FabricCell hosts;
  double slowest = 0;  ///< rate of the slowest path; 0: none was measured
};

/// What was measured at the same time.
struct FabricRound {
  std::string name;
  std::uint64_t paths = 0;
  std::uint64_t slow = 0;    ///< slower than healthy ones differ
  std::uint64_t failed = 0;  ///< paths that carried nothing
  double median = 0;
  double slowest = 0;
  std::string slowest_path;  ///< "node-3/rail1 with node-7/rail0"
};

/// One kind of rate between hosts of one type, all pairs looked at together.
struct FabricPicture {
  std::string name;  ///< "efa.write 1 MiB"
  std::string instance_type;
  std::string unit;
  bool simulated = false;
  std::uint64_t nodes = 0;
  std::uint64_t paths = 0;
  std::uint64_t rails = 0;                 ///< of a node
  std::optional<double> expected_within;   ///< of a healthy path within a leaf
  std::optional<double> expected_across;   ///< and across leaves
  std::string expected_from;               ///< "the median of the class"
  double noise = 0;                        ///< of one path, relative
  double neutral = 0;                      ///< smaller deficits are differences of healthy nodes
  std::vector<FabricPlace> leaves;         ///< in the order of the network
  std::vector<FabricCell> between_leaves;  ///< a <= b, ascending
  std::vector<FabricPlace> hosts;          ///< leaf by leaf
  std::vector<FabricCell> between_hosts;   ///< of small fleets only; a < b, ascending
  std::vector<FabricRound> rounds;         ///< in order of their names
  std::vector<FabricMeeting> meetings;     ///< all of small fleets, else those of suspects
  bool has_all_meetings = false;
};

}  // namespace plumbline
