#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/html/element.h"
#include "reports/pages/burn_curve.h"
#include "results/schema/finding.h"

namespace plumbline {

/// What all GPUs of a node sustained at once, with the clock, power and temperature at which they
/// did and what lowered the clock: a table for each type of numbers, and the curves over time as
/// far as they are known. `findings` and `curves` are those of the node.
void sustained_burn(const html::Element& into, std::span<const Finding* const> findings,
                    std::span<const BurnCurve* const> curves);

/// Whether a metric stands in these tables.
bool is_of_sustained_burn(std::string_view metric);

}  // namespace plumbline
