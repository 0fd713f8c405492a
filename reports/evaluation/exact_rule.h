#pragma once

#include <span>
#include <string>

#include "results/schema/baseline.h"
#include "results/schema/finding.h"

namespace plumbline {

/// Judges a fact: every run must say what is expected, so the run that is furthest from it decides.
/// A number may differ from `expected` by low and high (absent: not at all), a text not at all.
/// Fills value or text, the limits, verdict, rule and sentence of `f`.
void judge_exact(std::span<const Measurement* const> runs, const Baseline& b, Finding& f);

}  // namespace plumbline
