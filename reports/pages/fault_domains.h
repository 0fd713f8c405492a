#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "reports/pages/evidence.h"

namespace plumbline {

/// What can be at fault at once, from the outside in.
enum class DomainKind { network, node, part };
inline constexpr auto domain_kind_names = names_of<DomainKind>("network", "node", "part");

/// What is wrong with one thing that can be replaced or repaired, from all findings about it.
struct FaultDomain {
  DomainKind kind = DomainKind::part;
  std::string host;                     ///< of a part or a node; the name of a leaf of the network
  std::string name;                     ///< "gpu3", "gpu0>gpu3", "the node", "leaf nn-7"
  Verdict verdict = Verdict::unjudged;  ///< the worst of them
  std::array<std::uint64_t, 6> findings{};  ///< by Verdict
  const JudgedFinding* said_by = nullptr;   ///< what names it: a culprit, else the worst finding

  std::uint64_t all_findings() const;
};

/// What needs attention, grouped: the network first, then what is worst.
std::vector<FaultDomain> fault_domains(const Evidence& evidence);

/// Why what a finding says is believed, in words: "confirmed by 3 runs".
std::string confidence_of(const Finding& finding);

}  // namespace plumbline
