#pragma once

#include <string>
#include <string_view>

namespace plumbline {

/// What a rule that a finding names says, in words; the name itself for one that is not known.
std::string rule_text(std::string_view rule);

}  // namespace plumbline
