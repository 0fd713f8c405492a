#include "reports/evaluation/fleet.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/evaluation/noise.h"

namespace plumbline {

std::string sentence_of(const Suspect& suspect) {
  return fmt::format("{} of {} nodes fail {}: suspect the probe or its baseline first",
                     suspect.failing, suspect.judged, suspect.family);
}

void Fleet::add(const NodeEvaluation& node) {
  switch (node.verdict.outcome) {
    case NodeOutcome::accept:
      ++accepted;
      break;
    case NodeOutcome::reject:
      ++rejected;
      break;
    case NodeOutcome::incomplete:
      ++incomplete;
      break;
  }
  findings.pass += node.verdict.pass;
  findings.warn += node.verdict.warn;
  findings.fail += node.verdict.fail;
  findings.inconclusive += node.verdict.inconclusive;
  findings.missing += node.verdict.missing;
  findings.unjudged += node.verdict.unjudged;

  std::map<std::string, bool, std::less<>> fails;
  auto entry = fails.end();  // findings of one family stand together
  for (const Finding& f : node.findings) {
    remeasure += f.remeasure && f.verdict != Verdict::unjudged ? 1 : 0;
    simulated += f.provenance == Provenance::simulated ? 1 : 0;
    if (f.verdict == Verdict::unjudged || f.verdict == Verdict::missing) continue;
    const std::string_view family = family_of(f.metric);
    if (entry == fails.end() || entry->first != family) {
      entry = fails.try_emplace(std::string(family), false).first;
    }
    entry->second |= f.verdict == Verdict::fail;
  }
  for (const auto& [family, failing] : fails) {
    Family& tally = families_[family];
    ++tally.judged;
    tally.failing += failing ? 1 : 0;
  }
}

void Fleet::leave_incomplete(NodeVerdict& node, const std::string& reason) {
  if (node.outcome != NodeOutcome::accept) return;
  plumbline::leave_incomplete(node, reason);
  --accepted;
  ++incomplete;
}

void Fleet::reject_nobody_if_suspect(std::span<NodeVerdict> nodes) {
  const auto found = suspects();
  if (found.empty()) return;
  for (NodeVerdict& node : nodes) {
    if (node.outcome != NodeOutcome::reject) continue;
    node.outcome = NodeOutcome::incomplete;
    node.reason = sentence_of(found.front()) + "; of this node: " + node.reason;
    --rejected;
    ++incomplete;
  }
}

std::vector<Suspect> Fleet::suspects() const {
  std::vector<Suspect> found;
  for (const auto& [family, tally] : families_) {
    if (tally.judged >= suspicion::judged_nodes && tally.failing >= suspicion::failing_nodes &&
        static_cast<double>(tally.failing) >=
            suspicion::share * static_cast<double>(tally.judged)) {
      found.push_back({family, tally.failing, tally.judged});
    }
  }
  return found;
}

ExitCode Fleet::exit_code() const {
  if (!suspects().empty()) return exit_harness_suspect;
  if (rejected > 0 || rejected_outside_) return exit_rejected;
  if (incomplete > 0 || incomplete_outside_ || nodes() == 0) return exit_incomplete;
  return exit_ok;
}

}  // namespace plumbline
