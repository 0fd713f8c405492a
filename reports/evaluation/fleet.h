#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "reports/evaluation/node.h"
#include "results/schema/exit_code.h"

namespace plumbline {

/// When so many nodes fail the same metric family, the harness or the baseline is suspected rather
/// than the nodes. Three is the least that is "many": one bad node of five is no reason to doubt.
namespace suspicion {
inline constexpr double share = 0.20;
inline constexpr std::uint64_t judged_nodes = 5;
inline constexpr std::uint64_t failing_nodes = 3;
}  // namespace suspicion

/// A metric family that a large share of the nodes fails.
struct Suspect {
  std::string family;
  std::uint64_t failing = 0;
  std::uint64_t judged = 0;
};

/// "7 of 20 nodes fail host_memory: suspect the probe or its baseline first".
std::string sentence_of(const Suspect& suspect);

/// What the nodes come to together. Grows with the number of nodes only through small counters.
class Fleet {
 public:
  void add(const NodeEvaluation& node);
  /// Something outside the nodes leaves the whole incomplete: unreadable rows, no nodes at all.
  void leave_incomplete() { incomplete_outside_ = true; }
  /// Something beyond the nodes is at fault: a leaf of the network.
  void reject_outside() { rejected_outside_ = true; }
  /// Takes back that a node that was added is accepted.
  void leave_incomplete(NodeVerdict& node, const std::string& reason);
  /// Takes back that nodes that were added are rejected, if the harness is suspected rather than
  /// they: nobody must act on a list of them. Their findings stay.
  void reject_nobody_if_suspect(std::span<NodeVerdict> nodes);

  std::uint64_t nodes() const { return accepted + rejected + incomplete; }
  std::vector<Suspect> suspects() const;
  /// Harness suspect before rejected before incomplete.
  ExitCode exit_code() const;

  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t incomplete = 0;
  NodeVerdict findings;         ///< only its counts: over all nodes
  std::uint64_t remeasure = 0;  ///< findings whose verdict more runs can change
  std::uint64_t simulated = 0;  ///< findings about simulated rows

 private:
  struct Family {
    std::uint64_t failing = 0;
    std::uint64_t judged = 0;
  };
  std::map<std::string, Family, std::less<>> families_;
  bool incomplete_outside_ = false;
  bool rejected_outside_ = false;
};

}  // namespace plumbline
