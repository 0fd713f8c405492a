#pragma once

#include <string>

#include "reports/evaluation/expectations.h"
#include "reports/judging/cohort_screen.h"
#include "results/schema/finding.h"

namespace plumbline {

/// A row about a path of a column, without host and value.
Measurement about(const TimedColumns& table, const TimedColumn& column, std::uint32_t path);

/// The limit on the side on which worse values lie. A value that is there for comparison only, or
/// that cannot be compared, is not judged by others or by its past either.
Tolerated tolerated_by(const Expectations& expectations, const Measurement& m);

/// Whether a comparison with others or with the past can add to a finding: what is wrong with one
/// of another rule is beyond it.
bool is_open(const Finding& f);

/// The value behind an oriented logarithm.
double value_of(double oriented, Better better);

/// Puts what a value was compared with, in place of its baseline, into a finding: the value of an
/// oriented logarithm, and how far below it is tolerated.
void compare_with(Finding& f, double level, double tolerated, double deficit);

}  // namespace plumbline
