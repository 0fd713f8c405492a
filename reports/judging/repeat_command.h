#pragma once

#include <string>

#include "results/schema/finding.h"

namespace plumbline {

/// "plumbline probe host_memory --case 'host_memory.triad/numa0>numa1'": measures the finding
/// again, on its host. Empty if no case is known.
std::string repeat_command(const Finding& f);

}  // namespace plumbline
