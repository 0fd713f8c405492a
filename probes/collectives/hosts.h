#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "probes/gpu/ranks.h"
#include "probes/harness/plan.h"
#include "probes/world/participant.h"
#include "probes/world/place.h"

namespace plumbline::collectives {

/// What a host tells of itself when a group meets: what all should have in common, how many GPUs it
/// has, and why it cannot take part if it cannot.
Participant participant_of(const HostIdentity& self, const CudaMachine& machine,
                           const NcclMachine& nccl);

/// Whose rows are a host's.
HostIdentity identity_of(const Participant& host);

/// In what they differ, a sentence each.
std::vector<std::string> differences_between(const std::vector<Participant>& hosts);

/// Why they cannot be one group: a host that cannot take part, or that has not as many GPUs as the
/// others. Nothing if they can.
std::optional<NoRanks> why_no_group(const std::vector<Participant>& hosts);

/// "node-1, node-2, node-3"
std::string names_of(const std::vector<Participant>& hosts);
/// What the others say of themselves, for the context of the run.
void tell_of(Plan& plan, const std::vector<Participant>& hosts);
/// What rows are about: the node, or where there are several the group, of which they say how many.
Work subject_of_hosts(std::size_t hosts);

using Options = std::map<std::string, std::string>;

/// So many hosts as there would be, all like this one: for a plan that is only shown.
std::vector<Participant> imagined(const Place& place, const Participant& own);

}  // namespace plumbline::collectives
