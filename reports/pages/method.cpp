#include <fmt/format.h>

#include <map>

#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

struct Term {
  const char* name;
  const char* text;
};

void verdicts(const Element& section) {
  struct Meaning {
    Verdict verdict;
    const char* text;
  };
  static constexpr Meaning meanings[] = {
      {Verdict::pass, "The whole interval is inside the limit, and reaches into what is expected."},
      {Verdict::warn, "The whole interval is inside the limit, and is worse than expected."},
      {Verdict::fail,
       "The whole interval is worse than the limit; for exact facts: it is another value; "
       "or the value is above the physical ceiling, which makes it a measurement error."},
      {Verdict::inconclusive,
       "The interval crosses the limit: it is measured again, 1, 3, 6, 12 runs in all. "
       "What is undecided then stays undecided; it is never called a pass."},
      {Verdict::missing,
       "It is expected and was not measured: the device is absent, or the measurement could "
       "not be made."},
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
  const SortableTable table(section, "",
                            {{"Metric"}, {"Unit"}, {"Better"}, {"What is counted, over what"}});
  for (const auto& [name, metric] : all) {
    const Element row = table.body.add("tr");
    row.add("td", {{"class", "metric"}}).text(name);
    text_cell(row, metric.unit);
    text_cell(row, better_names[metric.better]);
    row.add("td", {{"class", "why"}})
        .text(metric.meaning.empty()
                  ? "see `plumbline probe " + name.substr(0, name.find('.')) + " --describe`"
                  : metric.meaning);
  }
}

}  // namespace

void render_method(const Evidence& evidence, const Element& section) {
  section.add("p", {{"class", "lead"}})
      .text("Enough to follow every number in this report, and to repeat it.");
  section.add("h3").text("How one measurement is made");
  static constexpr Term sampling[] = {
      {"Warm-up",
       "The first samples are cut off where the rest becomes steady (robust MSER-5: batches of "
       "five, "
       "their medians winsorised at 8 robust standard deviations)."},
      {"Value",
       "The median of the samples that remain. No sample is deleted; minimum, maximum and spread "
       "(1.4826 \u00D7 MAD / median) are kept beside it."},
      {"Interval",
       "The 99 % confidence interval of the median from order statistics: the k-th smallest and "
       "k-th "
       "largest sample, with k from the binomial distribution. No shape of the noise is assumed. "
       "Correlated samples are joined into batches first."},
      {"When it stops",
       "When half the interval is narrower than the precision of the case (0.5 % for kernels and "
       "memory, 1 % for networks), or at its bound in time and samples; then the row is flagged "
       "not_converged."},
      {"Flags",
       "unsteady: the start never settled. bimodal: two groups of values, a change of clock or of "
       "thermal "
       "state. correlated: neighbouring samples depend on each other. throttled: the device "
       "lowered its "
       "clock. remeasured: an earlier attempt was undecided."},
  };
  paragraphs(section, sampling);
  section.add("h3").text("How a verdict is made");
  static constexpr Term judging[] = {
      {"Deficit",
       "\u03B8 = 1 \u2212 value / expected where higher is better, 1 \u2212 expected / value where "
       "lower "
       "is better: 0.05 is five percent worse than expected."},
      {"Interval judged",
       "The median of R runs, widened by what differs from run to run: h = z \u00B7 \u03C3 \u00B7 "
       "c / "
       "\u221AR with \u03C3\u00B2 = \u03C3(run to run)\u00B2 + 1.57 \u00B7 \u03C3(within)\u00B2 / "
       "n, c = 1.2533 "
       "from three runs on, z = 3.481: one chance in a thousand of a false verdict over all four "
       "looks. The interval of a single run is not that of the machine, so it decides nothing "
       "alone."},
      {"Rule",
       "FAIL if \u03B8 \u2212 h is beyond the limit; PASS if \u03B8 + h is within it and \u03B8 "
       "\u2212 h reaches what is "
       "expected; WARN if it is within and does not reach; otherwise INCONCLUSIVE, and it is "
       "measured again."},
      {"Repetitions",
       "Rows of one host with the same metric, subject, peer, size and parameters. A later PASS "
       "never "
       "overwrites an earlier FAIL: all runs are judged together."},
      {"Node",
       "Any FAIL of a gate rejects it. Anything missing, failed, undecided or unreadable, or no "
       "baseline for "
       "its type, makes it at best incomplete. Otherwise it is accepted."},
      {"Fleet",
       "The worst of its nodes; HARNESS SUSPECT if a large share of them fails the same probe. The "
       "denominator is the manifest: what was not measured is not accepted."},
      {"Exit code",
       "0 accepted, 1 rejected, 2 usage, 3 incomplete, 4 harness suspect, 5 interrupted."},
  };
  paragraphs(section, judging);
  section.add("h3").text("Verdicts");
  verdicts(section);
  section.add("h3").text("Units and counting rules");
  static constexpr Term units[] = {
      {"Rates",
       "GB/s is 10\u2079 bytes in a second, TFLOP/s 10\u00B9\u00B2 operations in a second."},
      {"Sizes", "KiB, MiB, GiB are powers of 1024."},
      {"Bytes counted",
       "Each metric says what it counts: a copy moves two bytes for each byte copied, a triad "
       "three "
       "arrays (no write-allocate traffic is added), as STREAM counts."},
      {"Clock", "Host timing reads CLOCK_MONOTONIC_RAW. Times of day are UTC."},
      {"Paths",
       "a>b is from a to b: numa0>numa1 is the processors of NUMA node 0 using the memory of node "
       "1."},
  };
  paragraphs(section, units);
  metrics(section, evidence);
}

}  // namespace plumbline
