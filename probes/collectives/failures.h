#pragma once

#include <string>
#include <vector>

#include "probes/collectives/order.h"

namespace plumbline::collectives {

/// Why a step failed on one of several hosts.
struct FailedHost {
  std::string host;
  Failure failure;
};

/// Those that are the reason, and not what the others' failing brought about: without those that
/// were interrupted or found that NCCL had lost another rank, and without those that only waited in
/// vain, where others say more.
std::vector<FailedHost> reasons(const std::vector<FailedHost>& failed);

/// "node-2: gpu5: ...; node-3: ...": the same words once, with all hosts.
std::string sentence_about(const std::vector<FailedHost>& failed);

}  // namespace plumbline::collectives
