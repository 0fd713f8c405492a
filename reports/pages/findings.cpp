#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/pages/finding_evidence.h"
#include "reports/pages/interval_plot.h"
#include "reports/pages/pages.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t opened_at_first = 3;   // the worst ones are open, and so are printed
constexpr std::size_t with_evidence = 2000;  // findings that carry their whole evidence

void filters(const Element& section, const Evidence& evidence, bool many_hosts) {
  std::set<std::string> hosts, metrics;
  std::array<bool, 6> present{};
  for (const JudgedFinding& judged : evidence.findings) {
    hosts.insert(judged.finding.host);
    metrics.insert(judged.finding.metric);
    present[static_cast<std::size_t>(judged.finding.verdict)] = true;
  }
  const Element form =
      section.add("div", {{"class", "filters"}, {"id", "filters"}, {"role", "search"}, {"hidden"}});
  {
    const Element group =
        form.add("span", {{"class", "choices"}, {"role", "group"}, {"aria-label", "Verdicts"}});
    for (const Verdict verdict : reading_order) {
      if (!present[static_cast<std::size_t>(verdict)]) continue;
      const Element label = group.add("label");
      label.add("input", {{"type", "checkbox"},
                          {"checked"},
                          {"value", static_cast<int>(verdict)},
                          {"name", "verdict"}});
      badge(label, verdict);
    }
  }
  const auto choice = [&](const char* name, const std::string& all,
                          const std::set<std::string>& values) {
    const Element select = form.add("select", {{"name", name}, {"aria-label", name}});
    select.add("option", {{"value", ""}}).text(all);
    for (const std::string& value : values) select.add("option").text(value);
  };
  if (many_hosts) choice("host", "all hosts", hosts);
  choice("metric", "all metrics", metrics);
  form.add("input", {{"type", "search"},
                     {"name", "text"},
                     {"placeholder", "find text"},
                     {"aria-label", "text in the finding"}});
  form.add("output", {{"id", "shown"}, {"aria-live", "polite"}});
}

void header(const Element& list, bool many_hosts) {
  struct Heading {
    const char* css;
    const char* title;
    const char* key;  ///< data attribute by which the script sorts; empty: it does not
  };
  static constexpr Heading headings[] = {
      {"f-verdict", "Verdict", "verdict"},
      {"f-host", "Host", "host"},
      {"f-what", "Metric, subject", "metric"},
      {"f-value", "Found", "value"},
      {"f-unit", "", ""},
      {"f-expected", "Expected", ""},
      {"f-difference", "Difference", "difference"},
      {"f-mark", "\u221225\u00A0%\u2003expected\u2003+25\u00A0%", ""}};
  const Element head = list.add("div", {{"class", "f-head f-row"}});
  for (const Heading& heading : headings) {
    if (!many_hosts && std::string_view(heading.css) == "f-host") continue;
    if (*heading.key == '\0') {
      head.add("span", {{"class", heading.css}}).text(heading.title);
    } else {
      head.add("span", {{"class", heading.css}, {"data-key", heading.key}}).text(heading.title);
    }
  }
}

void row(const Element& line, const Finding& finding, bool many_hosts) {
  {
    const Element cell = line.add("span", {{"class", "f-verdict"}});
    badge(cell, finding.verdict);
  }
  if (many_hosts) line.add("span", {{"class", "f-host"}}).text(finding.host);
  {
    const Element cell = line.add("span", {{"class", "f-what"}});
    cell.add("span", {{"class", "metric"}}).text(finding.metric);
    cell.text(" ");
    cell.add("b").text(subject_path(finding));
    const std::string work = work_of(finding);
    if (!work.empty()) {
      cell.text(" ");
      cell.add("span", {{"class", "work"}}).text(work);
    }
  }
  const std::string value = found(finding);
  line.add("span", {{"class", "f-value"}}).text(value.empty() ? "\u2013" : value);
  line.add("span", {{"class", "f-unit"}}).text(unit_text(finding.unit));
  line.add("span", {{"class", "f-expected"}}).text(expected(finding));
  const auto ratio = difference(finding);
  const bool exact_match = finding.better == Better::exact && finding.verdict == Verdict::pass;
  line.add("span", {{"class", "f-difference"}})
      .text(ratio && !exact_match ? signed_percent(*ratio) : "");
  const Element mark = line.add("span", {{"class", "f-mark"}});
  interval_mark(mark, finding);
}

/// What the script sorts by.
std::string sort_value(const std::optional<double>& value) {
  return value ? format_number(*value) : "";
}

/// A finding as a line that opens to its evidence, or as the line alone.
void finding(const Element& list, const JudgedFinding& judged, bool many_hosts, bool evidence,
             bool open) {
  const Finding& about = judged.finding;
  const std::string css = fmt::format("finding {}", verdict_class(about.verdict));
  const std::string anchor = finding_anchor(about);
  const int verdict = static_cast<int>(about.verdict);
  const std::string ratio = sort_value(difference(about));
  if (!evidence) {
    const Element line = list.add("div", {{"class", css + " f-row"},
                                          {"id", anchor},
                                          {"data-verdict", verdict},
                                          {"data-difference", ratio}});
    row(line, about, many_hosts);
    return;
  }
  const Element details = list.add("details", {{"class", css},
                                               {"id", anchor},
                                               {"data-verdict", verdict},
                                               {"data-difference", ratio},
                                               {"open", open}});
  {
    const Element summary = details.add("summary", {{"class", "f-row"}});
    row(summary, about, many_hosts);
  }
  finding_evidence(details, judged);
}

void listing(const Element& section, const Evidence& evidence, bool many_hosts) {
  // Where nothing is expected of anything, the columns of expectations would be empty.
  const bool bare = std::ranges::all_of(evidence.findings, [](const JudgedFinding& judged) {
    return judged.finding.expected.empty();
  });
  const std::string css =
      fmt::format("finding-list{}{}", many_hosts ? " with-hosts" : "", bare ? " bare" : "");
  const Element list = section.add("div", {{"class", css}, {"id", "finding-list"}});
  header(list, many_hosts);
  std::size_t shown = 0;
  for (const JudgedFinding* judged : in_reading_order(evidence)) {
    const bool open = needs_attention(judged->finding.verdict) && shown < opened_at_first;
    finding(list, *judged, many_hosts, shown < with_evidence, open);
    ++shown;
  }
}

}  // namespace

void render_findings(const Evidence& evidence, const Element& section) {
  const Totals totals = totals_of(evidence);
  const bool many_hosts = totals.nodes > 1;
  if (evidence.findings.empty()) {
    section.add("p").text("Nothing was judged: no row could be read.");
    return;
  }
  section.add("p", {{"class", "lead"}})
      .text(
          "Each line opens to its evidence: every run with its interval, the limits, the rule, "
          "where the expectation comes from, and the command that measures it again. The mark at "
          "the right shows the judged interval relative to the expected value, the shaded band is "
          "what the limits allow.");
  if (totals.left_out != 0) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format(
            "{} that are not shown here are counted in every total{}.",
            count_of(totals.left_out, "finding"),
            evidence.left_out_in.empty() ? "" : " and stand in " + evidence.left_out_in));
  }
  filters(section, evidence, many_hosts);
  listing(section, evidence, many_hosts);
  if (evidence.findings.size() > with_evidence) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("The first {} findings carry their evidence, the others their line only; "
                          "plumbline explain FINDING tells the rest.",
                          count(with_evidence)));
  }
}

}  // namespace plumbline
