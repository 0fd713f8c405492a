#pragma once

#include <string>

#include "reports/comparison/comparison.h"

namespace plumbline {

/// What a comparison came to, on one screen: what is worse, what is better, which facts and
/// software differ, what is in one of the two alone.
std::string comparison_text(const Comparison& comparison);

}  // namespace plumbline
