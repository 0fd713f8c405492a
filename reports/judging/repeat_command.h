#pragma once

#include <string>

#include "results/schema/finding.h"

namespace plumbline {

/// "plumbline probe host_memory --case 'host_memory.triad/numa0>numa1'": measures the finding
/// again, on its host. Of a path to another host "plumbline run fabric --hosts a,b". Empty if no
/// case is known, for a task, and for what many hosts did together.
std::string repeat_command(const Finding& f);

/// True for a path to another host.
bool is_between_hosts(const Finding& f);

}  // namespace plumbline
