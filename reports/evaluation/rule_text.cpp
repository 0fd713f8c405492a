#include "reports/evaluation/rule_text.h"

#include <array>

namespace plumbline {
namespace {

struct RuleText {
  std::string_view rule;
  std::string_view text;
};

constexpr std::array rule_texts = {
    RuleText{"timed",
             "The median of all runs is judged by its interval: FAIL if the whole interval lies "
             "beyond a limit, PASS if it lies within, WARN if it lies within but beyond 0.6 of the "
             "tolerance, otherwise INCONCLUSIVE."},
    RuleText{"worst samples",
             "Runs that are flagged bimodal (two groups of samples) or unsteady (they never "
             "settled) are judged by their worst samples too, as by their medians; what never "
             "settled is not failed for that."},
    RuleText{"exact", "Every run must say exactly what is expected, or lie within its tolerance."},
    RuleText{"ceiling",
             "A value above the physical limit is an error of measurement, never a pass."},
    RuleText{"unit", "A value is compared only in the unit of the baseline."},
    RuleText{"direction", "The row and the baseline must agree on what is better."},
    RuleText{"transport", "The baseline asks for a transport, and the row must have used it."},
    RuleText{"provenance", "Simulated and measured rows are never judged together."},
    RuleText{"instance type", "The node must be of the type that the manifest says."},
    RuleText{"no rows",
             "Every node of the manifest must have results: what was not measured is not "
             "accepted."},
    RuleText{"expected subject",
             "The baseline expects this subject, and no row has a value of it: "
             "what was not measured is not accepted."},
    RuleText{"culprit",
             "A path is as fast as the slowest part that it crosses. The few slow parts that "
             "explain all paths together are named, each with the odds that it is slow. What "
             "crosses the same paths as another cannot be told from it and is not convicted."},
    RuleText{"fleet outlier",
             "A value is compared with the median of the same path on hosts of the same type and "
             "software. One that lies more than 3 sigma and 0.75 of the tolerance below is "
             "measured again. Only the values after it decide: FAIL if a t test of them against "
             "the tolerance is sure, and the share of false ones among all that are failed so in "
             "the whole fleet stays below 1 % (Benjamini and Hochberg)."},
    RuleText{"fleet candidate",
             "A value is compared with the median of the same path on hosts of the same type and "
             "software. This one lies far below, and what was measured after it does not decide "
             "yet whether it stays so, or its software differs from that of the others: nobody is "
             "failed for one value."},
    RuleText{"trend regression",
             "Each part is compared with its own past, after what all hosts have in common was "
             "taken out. A clipped CUSUM asks for fresh runs; a regression is what the median of "
             "nine of them says, or of three that are not enough and six more, at least 3 % below "
             "its level. It fails beyond what its baseline tolerates, else it is worth a look."},
    RuleText{"repeat offender",
             "The same part or node failed in at least three earlier runs: whatever it measures "
             "now, it comes back."},
    RuleText{"explained by another",
             "A path to another host is slow, and something beyond this host explains it: that is "
             "judged there. This end was fast with another partner."},
    RuleText{"one of two ends",
             "A path to another host is slow, and what was measured does not tell whether its "
             "own end or the other one is at fault."},
    RuleText{
        "one of many nodes",
        "Many nodes worked together and were slower than expected. One slow node is enough for "
        "that, and the node that has the row is no more likely to be it than another: it "
        "rejects nobody, and accepts nobody either. Measurements of pairs tell which it is."},
    RuleText{
        "one of several",
        "Several parts explain slow paths equally well: that rejects none of them, and accepts "
        "none either. Measurements with other partners tell which it is."},
    RuleText{"slow once",
             "A path to another host is slow, and both of its ends were fast with other partners: "
             "that is no fault of either."},
    RuleText{"failed", "A measurement that failed and did not succeed later is not accepted."},
    RuleText{"skipped", "What was skipped and is expected of nobody decides nothing."},
    RuleText{
        "left out",
        "A rehearsal leaves out what has no stand-in: only there nothing is missing for that."},
    RuleText{"no limit", "The baseline has no limit on this value: it cannot fail."},
    RuleText{"failed before", "A measurement that failed before it succeeded is worth a look."},
    RuleText{"task",
             "A task that crashed, hung or could not start must succeed before its node can "
             "be accepted."},
    RuleText{"no value", "Zero and negative values are no measurements."},
    RuleText{"context", "The baseline names this value for comparison only; it decides nothing."},
    RuleText{"nothing expected", "No baseline row answers this one, so nothing is decided."},
    RuleText{"not in the manifest", "Only nodes of the manifest are judged."},
};

}  // namespace

std::string rule_text(std::string_view rule) {
  for (const RuleText& entry : rule_texts) {
    if (entry.rule == rule) return std::string(entry.text);
  }
  return std::string(rule);
}

}  // namespace plumbline
