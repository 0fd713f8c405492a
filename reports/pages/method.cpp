#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <span>
#include <string>

#include "reports/evaluation/fleet.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

struct Term {
  const char* name;
  std::string text;
};

void verdicts(const Element& section) {
  struct Meaning {
    Verdict verdict;
    const char* text;
  };
  static constexpr Meaning meanings[] = {
      {Verdict::fail, "The whole interval is beyond the limit; a fact is another than expected."},
      {Verdict::missing,
       "It is expected and has no value: the device is absent, or the measurement could not be "
       "made."},
      {Verdict::inconclusive,
       "The interval crosses the limit after all runs, or the value cannot be one. It is never "
       "called a pass."},
      {Verdict::warn, "Within the limit, and close to it; or good after an earlier failure."},
      {Verdict::pass, "The whole interval is within the limit."},
      {Verdict::unjudged, "It was measured, and nothing is expected of it."},
  };
  const Element list = section.add("dl", {{"class", "facts verdicts"}});
  for (const Meaning& meaning : meanings) {
    {
      const Element term = list.add("dt");
      badge(term, meaning.verdict);
    }
    list.add("dd").text(meaning.text);
  }
}

void paragraphs(const Element& section, std::span<const Term> terms) {
  const Element list = section.add("dl", {{"class", "facts"}});
  for (const Term& term : terms) {
    list.add("dt").text(term.name);
    list.add("dd").text(term.text);
  }
}

void metrics(const Element& section, const Evidence& evidence) {
  std::map<std::string, MetricMeaning> all;
  for (const JudgedFinding& judged : evidence.findings) {
    const Finding& finding = judged.finding;
    all.emplace(finding.metric, MetricMeaning{finding.metric, finding.unit, finding.better, ""});
  }
  for (const MetricMeaning& metric : evidence.metrics) {
    const auto found = all.find(metric.metric);
    if (found != all.end()) found->second = metric;
  }
  if (all.empty()) return;
  section.add("h3").text("Metrics of this report");
  section.add("p", {{"class", "lead"}})
      .text("What each counts, over what, is printed by plumbline probe NAME --describe.");
  const SortableTable table(section, "",
                            {{"Metric"}, {"Unit"}, {"Better"}, {"What is counted, over what"}});
  for (const auto& [name, metric] : all) {
    const Element row = table.body.add("tr");
    row.add("td", {{"class", "metric"}}).text(name);
    text_cell(row, metric.unit);
    text_cell(row, better_names[metric.better]);
    row.add("td", {{"class", "why"}}).text(metric.meaning);
  }
}

}  // namespace

void render_method(const Evidence& evidence, const Element& section) {
  section.add("p", {{"class", "lead"}})
      .text("Enough to follow every number in this report, and to repeat it.");
  section.add("h3").text("How one measurement is made");
  static const Term sampling[] = {
      {"Warm-up",
       "The first samples are cut off where the rest becomes steady (robust MSER-5: batches of "
       "five, their medians winsorised at 8 robust standard deviations)."},
      {"Value",
       "The median of the samples that remain. No sample is deleted; minimum, maximum and spread "
       "(1.4826 \u00D7 MAD / median) are kept beside it."},
      {"Interval",
       "The 99 % confidence interval of the median from order statistics: the k-th smallest and "
       "k-th largest sample, with k from the binomial distribution. No shape of the noise is "
       "assumed. Correlated samples are joined into batches first."},
      {"When it stops",
       "When half the interval is narrower than the precision of the case (0.5 % for kernels and "
       "memory, 1 % for networks), or at its bound in time and samples; then the row is flagged "
       "not_converged."},
      {"Flags",
       "unsteady: the start never settled. bimodal: two groups of values, a change of clock or of "
       "thermal state. correlated: neighbouring samples depend on each other. partial_overlap: "
       "what should run at once did so only in part. link_errors: links counted errors meanwhile. "
       "like_staged: hardly faster than a copy through the host, so the direct way may not be in "
       "use."},
  };
  paragraphs(section, sampling);
  section.add("h3").text("How a verdict is made");
  const Term judging[] = {
      {"Deficit",
       "\u03B8 = 1 \u2212 value / expected where higher is better, 1 \u2212 expected / value where "
       "lower is better: 0.05 is five percent worse than expected."},
      {"Interval judged",
       fmt::format("The median of R runs, times exp(\u00B1h) with h = z \u00B7 \u03C3 \u00B7 c / "
                   "\u221AR: \u03C3 is the relative deviation of one run, from run to run and "
                   "within it (\u03C3\u00B2 = \u03C3(between)\u00B2 + 1.57 \u00B7 "
                   "\u03C3(within)\u00B2 / n, between runs at least what is known of the metric), "
                   "c = {} from three runs on, z = {:.3f}: one chance in {:.0f} of a false verdict "
                   "over all looks together. A run's own interval says how well that run was "
                   "measured, not how the machine varies, so it decides nothing alone.",
                   rule::median_of_runs, verdict_z(), 1 / rule::alpha)},
      {"Rule",
       fmt::format("FAIL if the whole interval lies beyond the limit; a FAIL of fewer than {} runs "
                   "is measured again before it counts as confirmed. PASS if the whole interval "
                   "lies within. WARN if it lies within and reaches beyond {:.0f}\u00A0% of the "
                   "tolerance. Otherwise INCONCLUSIVE, and it is measured again: {} runs. A value "
                   "above the physical ceiling is an error of measurement, never a pass. Facts "
                   "must be exactly what is expected, in every run.",
                   rule::confirmed_runs, 100 * rule::warn_share, fmt::join(rule::looks, ", "))},
      {"Several states",
       "A median hides that a machine is slow at times, or slower and slower. Where at least half "
       "of the runs are flagged bimodal or unsteady, their worst samples are judged by the same "
       "rule, and the worse verdict holds; for what never settled, INCONCLUSIVE at worst."},
      {"Repetitions",
       "Rows of one host with the same metric, subject, peer, size and parameters. All runs are "
       "judged together: a later good run never overwrites an earlier bad one."},
      {"Node",
       "Any FAIL of a gate rejects it. Anything missing, failed, undecided or unreadable, or no "
       "baseline for its type, makes it at best incomplete. Otherwise it is accepted."},
      {"Fleet", fmt::format("HARNESS SUSPECT if at least {} nodes and {:.0f}\u00A0% of those that "
                            "were judged fail the same metrics; else the worst of its nodes. The "
                            "denominator is the manifest: what was not measured is not accepted.",
                            suspicion::failing_nodes, 100 * suspicion::share)},
      {"Exit code",
       "0 accepted, 1 rejected, 2 usage, 3 incomplete, 4 harness suspect, 5 interrupted."},
  };
  paragraphs(section, judging);
  section.add("h3").text("Verdicts");
  verdicts(section);
  section.add("h3").text("Units and counting rules");
  static const Term units[] = {
      {"Rates",
       "GB/s is 10\u2079 bytes in a second, TFLOP/s 10\u00B9\u00B2 operations in a second."},
      {"Sizes", "KiB, MiB, GiB are powers of 1024."},
      {"Bytes counted",
       "Each metric says what it counts: a copy moves two bytes for each byte copied, a triad "
       "three arrays (no write-allocate traffic is added), as STREAM counts."},
      {"Clock", "Host timing reads CLOCK_MONOTONIC_RAW. Times of day are UTC."},
      {"Paths",
       "a>b is from a to b: numa0>numa1 is the processors of NUMA node 0 using the memory of node "
       "1."},
  };
  paragraphs(section, units);
  metrics(section, evidence);
}

}  // namespace plumbline
