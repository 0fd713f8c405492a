#pragma once

#include <string>

#include "probes/vendor/fabric_owners.h"

namespace plumbline::efa {

/// What an operation that failed says, and what it points to: "Host is unreachable (prov_errno 15:
/// ...): the peer never answered: look at security groups and subnets".
std::string describe_fault(const std::string& provider, const fabric::CompletionError& error);

}  // namespace plumbline::efa
