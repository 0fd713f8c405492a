#include "reports/pages/next_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "reports/pages/reading_order.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

/// One word for a POSIX shell, whatever is in it.
std::string shell_word(const std::string& text) {
  const std::string_view plain = "/._-+:@%,";
  const bool harmless = !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           plain.find(c) != std::string_view::npos;
  });
  if (harmless) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + '\'';
}

std::string latest_run(const Evidence& evidence) {
  if (evidence.runs.empty()) return "RUN";
  const ReportedRun& run = evidence.runs.back();
  return shell_word(run.directory.empty() ? run.name : run.directory);
}

/// The worst finding of a verdict that names a command.
const JudgedFinding* example(std::span<const JudgedFinding* const> order, Verdict verdict) {
  const auto found = std::ranges::find_if(order, [&](const JudgedFinding* judged) {
    return judged->finding.verdict == verdict && !judged->command.empty();
  });
  return found == order.end() ? nullptr : *found;
}

}  // namespace

std::vector<NextStep> next_steps(const Evidence& evidence) {
  const Totals totals = totals_of(evidence);
  const std::vector<const JudgedFinding*> order = in_reading_order(evidence);
  std::vector<NextStep> steps;
  const auto with_example = [&](Verdict verdict, const std::string& text) {
    const JudgedFinding* judged = example(order, verdict);
    steps.push_back({text, judged == nullptr ? "" : judged->command});
  };
  if (evidence.simulated) {
    return {{"No hardware was measured, so nothing follows for any. On a machine itself:",
             "plumbline accept"}};
  }
  if (evidence.verdict == FleetVerdict::harness_suspect) {
    steps.push_back(
        {"Drain nothing on this report. Look at the host that ran the suite, the suite and the "
         "baseline first.",
         "plumbline doctor"});
  }
  if (totals.of(Verdict::fail) != 0) {
    with_example(Verdict::fail,
                 "Measure the worst failure again by itself. If it repeats, send this file to "
                 "whoever answers for the hardware: each finding below holds the value, its "
                 "interval, the expectation with its source, and the command.");
  }
  if (totals.of(Verdict::missing) != 0) {
    const bool one = totals.of(Verdict::missing) == 1;
    with_example(Verdict::missing,
                 fmt::format("{} missing. Run health says whether {} absent or could not be "
                             "measured; `plumbline doctor` says what this host lacks.",
                             count_of(totals.of(Verdict::missing), "expected subject") +
                                 (one ? " is" : " are"),
                             one ? "it is" : "they are"));
  }
  for (const std::string& type : evidence.types_without_baseline) {
    steps.push_back(
        {fmt::format("There is no baseline for {}. If this machine is known to be good, learn one "
                     "from this run; the next run is judged against it.",
                     type),
         "plumbline baseline learn " + latest_run(evidence)});
  }
  if (totals.nodes_without_rows + totals.not_measured + totals.bad_rows != 0) {
    steps.push_back(
        {"Measure again what failed, what could not be read, and the nodes without results. What "
         "was measured is kept.",
         "plumbline retry " + latest_run(evidence)});
  }
  if (totals.of(Verdict::inconclusive) != 0) {
    const bool one = totals.of(Verdict::inconclusive) == 1;
    steps.push_back({fmt::format("{} undecided: too close to the limit for the noise of this "
                                 "machine. Measure again when it is otherwise idle.",
                                 count_of(totals.of(Verdict::inconclusive), "finding") +
                                     (one ? " is" : " are")),
                     "plumbline accept"});
  }
  if (evidence.verdict == FleetVerdict::accept) {
    steps.push_back({totals.of(Verdict::warn) == 0
                         ? "Nothing has to be done. Keep this file with the run directory: it is "
                           "the record of what was accepted."
                         : "Nothing has to be done now. Watch the warnings: they are inside the "
                           "limits, and worse than expected.",
                     ""});
  }
  if (steps.empty()) {
    steps.push_back({"Read under run health what stopped the run, then go on.",
                     "plumbline resume " + latest_run(evidence)});
  }
  return steps;
}

}  // namespace plumbline
