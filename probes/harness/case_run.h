#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "probes/harness/plan.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// What came of running one case.
struct CaseResult {
  Outcome outcome = Outcome::ok;
  SampleSummary summary;  ///< of a rate or latency
  FactValue fact;         ///< of a fact
  OverTime over_time;     ///< of a fact or a series, where it is known
  std::string note;       ///< why not, or what a reader must know
  double seconds = 0;     ///< of a typical call, for Google Benchmark's columns
};

/// Runs one case: prepare, sample, verify. Never throws: what the case throws becomes the note of a
/// failed (or, for Skip, a skipped) result.
CaseResult run_case(const Case& entry, const Clock& clock = monotonic_seconds);

/// The row of a result; who measured it, where and when, is in `frame`.
Measurement to_row(const Case& entry, const CaseResult& result, Measurement frame);

}  // namespace plumbline
