#pragma once

#include <string>

#include "results/schema/baseline.h"

namespace plumbline {

/// What a row expects, in sentences that explain each of its numbers.
std::string describe_row(const Baseline& b);

}  // namespace plumbline
