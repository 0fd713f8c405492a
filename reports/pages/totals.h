#pragma once

#include <array>
#include <cstdint>

#include "reports/pages/evidence.h"

namespace plumbline {

/// The denominators of the report, counted once for all pages.
struct Totals {
  std::uint64_t nodes = 0;  ///< of the manifest, or with a verdict where there is none
  std::array<std::uint64_t, 3> node_outcomes{};  ///< by NodeOutcome
  std::uint64_t nodes_without_rows = 0;          ///< in the manifest, without a verdict
  std::array<std::uint64_t, 6> findings{};       ///< by Verdict, with those that are left out
  std::uint64_t left_out = 0;                    ///< findings that are counted and not shown
  std::uint64_t not_measured = 0;                ///< failed rows
  std::uint64_t skipped = 0;
  std::uint64_t bad_rows = 0;

  std::uint64_t of(Verdict verdict) const { return findings[static_cast<std::size_t>(verdict)]; }
  std::uint64_t of(NodeOutcome outcome) const {
    return node_outcomes[static_cast<std::size_t>(outcome)];
  }
  std::uint64_t all_findings() const;
};

Totals totals_of(const Evidence& evidence);

/// The count of one verdict among a node's findings.
std::uint64_t count_of(const NodeVerdict& node, Verdict verdict);

/// How many findings a node has; none means that nothing was measured there.
std::uint64_t findings_of(const NodeVerdict& node);

/// One verdict for each node of the manifest, in its order, then those of nodes that are not in it.
/// A node without a verdict is INCOMPLETE: nothing was measured there.
std::vector<NodeVerdict> all_nodes(const Evidence& evidence);

}  // namespace plumbline
