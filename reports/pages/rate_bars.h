#pragma once

#include <span>

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// Quantities of single subjects as bars, those of one unit on one scale that starts at zero, with
/// a tick at each expected value.
void rate_bars(const html::Element& into, std::span<const Finding* const> findings);

}  // namespace plumbline
