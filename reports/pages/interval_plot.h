#pragma once

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// True if the finding is a quantity with something to draw: a value or rows with medians.
bool has_interval_plot(const JudgedFinding& judged);

/// The evidence of a finding as a picture: the median of each run with its 99 % interval, below
/// them the interval that was judged, against the expected value, the tolerance band and the
/// ceiling.
void interval_plot(const html::Element& into, const JudgedFinding& judged);

/// The same in one line of a table: relative to the expected value, on a scale that is the same for
/// all findings (+-25 %; what lies outside is an arrow).
void interval_mark(const html::Element& into, const Finding& finding);

}  // namespace plumbline
