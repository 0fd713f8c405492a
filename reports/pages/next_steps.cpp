#include "reports/pages/next_steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

std::string latest_run(const Evidence& evidence) {
  return evidence.runs.empty() ? "RUN" : evidence.runs.back().name;
}

/// The first finding of a verdict that names a command.
const JudgedFinding* example(const Evidence& evidence, Verdict verdict) {
  const auto found = std::ranges::find_if(evidence.findings, [&](const JudgedFinding& judged) {
    return judged.finding.verdict == verdict && !judged.command.empty();
  });
  return found == evidence.findings.end() ? nullptr : &*found;
}

void add_example(std::vector<NextStep>& steps, const Evidence& evidence, Verdict verdict,
                 const std::string& text) {
  const JudgedFinding* judged = example(evidence, verdict);
  steps.push_back({text, judged == nullptr ? "" : judged->command});
}

}  // namespace

std::vector<NextStep> next_steps(const Evidence& evidence) {
  const Totals totals = totals_of(evidence);
  std::vector<NextStep> steps;
  if (evidence.verdict == FleetVerdict::harness_suspect) {
    steps.push_back(
        {"Drain nothing on this report: a large share of the nodes fails the same probe, "
         "which points at the measurement rather than at the nodes. Check this host, the "
         "suite and the baseline first.",
         "plumbline doctor"});
  }
  if (totals.of(Verdict::fail) != 0) {
    add_example(
        steps, evidence, Verdict::fail,
        fmt::format("Measure {} again by itself. If it repeats, send the evidence below to "
                    "whoever answers for the hardware: value, expectation, its source and the "
                    "command are all there.",
                    totals.of(Verdict::fail) == 1 ? "what fails" : "what fails, first the worst"));
  }
  if (totals.of(Verdict::missing) != 0) {
    add_example(
        steps, evidence, Verdict::missing,
        fmt::format("{} expected and not there. See under run health whether the device is absent "
                    "or the probe could not run, and what is missing on the host.",
                    count_of(totals.of(Verdict::missing), "thing") +
                        (totals.of(Verdict::missing) == 1 ? " is" : " are")));
  }
  for (const std::string& type : evidence.types_without_baseline) {
    steps.push_back(
        {fmt::format("There is no baseline for {}. If this machine is known to be good, learn "
                     "one from this run; then the next run is judged against it.",
                     type),
         "plumbline baseline learn " + latest_run(evidence)});
  }
  if (totals.nodes_without_rows != 0 || totals.not_measured != 0 || totals.bad_rows != 0) {
    steps.push_back(
        {"Measure what was not measured: nodes without rows, failed tasks, rows that could not "
         "be read. What was measured is kept.",
         "plumbline retry " + latest_run(evidence)});
  }
  if (totals.of(Verdict::inconclusive) != 0) {
    steps.push_back(
        {fmt::format("{} undecided: too noisy or too close to the limit for the runs made. Repeat "
                     "the suite at another time, on an otherwise idle machine; a decision needs "
                     "up to 12 runs.",
                     count_of(totals.of(Verdict::inconclusive), "finding") +
                         (totals.of(Verdict::inconclusive) == 1 ? " is" : " are")),
         "plumbline accept"});
  }
  if (evidence.verdict == FleetVerdict::accept) {
    steps.push_back(
        {totals.of(Verdict::warn) == 0
             ? "Nothing has to be done. Keep this file with the run directory: it is the record "
               "of what was accepted."
             : "Nothing has to be done now. Watch the warnings: they are inside the limits, and "
               "worse than expected.",
         ""});
  }
  if (steps.empty()) {
    steps.push_back({"Read under run health what stopped the run, then measure again.",
                     "plumbline resume " + latest_run(evidence)});
  }
  return steps;
}

}  // namespace plumbline
