#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "reports/pages/fault_domains.h"
#include "reports/pages/finding_evidence.h"
#include "reports/pages/finding_table.h"
#include "reports/pages/fleet_table.h"
#include "reports/pages/interval_plot.h"
#include "reports/pages/pages.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t opened_at_first = 3;  // the worst ones are open, and so are printed
constexpr std::size_t first_of_many = 25;   // findings of many that are a list

/// Up to so many findings are a list with their evidence, which is some kilobytes each; more are a
/// table. Of a few nodes a reader wants to see everything, of a fleet what needs attention.
std::size_t most_listed(const Totals& totals) { return totals.nodes > 16 ? 200 : 2000; }

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
    cell.add("b").text(path_of(finding));
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

/// A finding as a line that opens to its evidence.
void finding(const Element& list, const JudgedFinding& judged, bool many_hosts, bool open) {
  const Finding& about = judged.finding;
  const std::string css = fmt::format("finding {}", verdict_class(about.verdict));
  const std::string anchor = finding_anchor(about);
  const int verdict = static_cast<int>(about.verdict);
  const std::string ratio = sort_value(difference(about));
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

void listing(const Element& section, std::span<const JudgedFinding* const> order, bool many_hosts) {
  // Where nothing is expected of anything, the columns of expectations would be empty.
  const bool bare = std::ranges::all_of(
      order, [](const JudgedFinding* judged) { return judged->finding.expected.empty(); });
  const std::string css =
      fmt::format("finding-list{}{}", many_hosts ? " with-hosts" : "", bare ? " bare" : "");
  const Element list = section.add("div", {{"class", css}, {"id", "finding-list"}});
  header(list, many_hosts);
  std::size_t shown = 0;
  for (const JudgedFinding* judged : order) {
    finding(list, *judged, many_hosts,
            needs_attention(judged->finding.verdict) && shown++ < opened_at_first);
  }
}

void domains(const Element& section, const Evidence& evidence, bool many_hosts) {
  const std::vector<FaultDomain> all = fault_domains(evidence);
  if (all.empty()) return;
  const auto texts = [&](auto&& text) {
    std::vector<std::string> values;
    for (const FaultDomain& domain : all) values.push_back(text(domain));
    return values;
  };
  std::vector<double> verdicts, counts;
  for (const FaultDomain& domain : all) {
    verdicts.push_back(static_cast<double>(domain.verdict));
    counts.push_back(static_cast<double>(domain.all_findings()));
  }
  FleetTable table("domains", "fault domain");
  table.numbers({"verdict", "Verdict", Look::verdict, 8.6}, std::move(verdicts));
  table.texts({.name = "kind", .title = "Kind", .width = 5, .choice = true},
              texts([](const FaultDomain& d) { return domain_kind_names[d.kind]; }));
  if (many_hosts) {
    table.texts({.name = "host", .title = "Host", .width = 10, .link = "node", .key = "host"},
                texts([](const FaultDomain& d) { return d.host; }));
  }
  table.texts({.name = "domain", .title = "What", .width = 8.4, .link = "finding", .key = "id"},
              texts([](const FaultDomain& d) { return d.name; }));
  table.numbers({"findings", "Findings", Look::count, 6}, std::move(counts));
  table.texts({.name = "sentence", .title = "What is wrong"},
              texts([](const FaultDomain& d) { return d.said_by->finding.sentence; }));
  table.texts({.name = "confidence", .title = "Confidence", .width = 11},
              texts([](const FaultDomain& d) { return confidence_of(d.said_by->finding); }));
  table.texts({.name = "action", .title = "What to do"},
              texts([](const FaultDomain& d) { return d.said_by->finding.action; }));
  table.texts({"id", ""}, texts([](const FaultDomain& d) { return d.said_by->finding.id; }));
  section.add("h3").text("By fault domain");
  section.add("p", {{"class", "lead"}})
      .text(
          "What needs attention, grouped by what would be repaired or replaced: a leaf of the "
          "network, a node, a part of one.");
  table.render(section, 30);
}

void left_out(const Element& section, const Evidence& evidence, const Totals& totals) {
  if (totals.left_out == 0) return;
  section.add("p", {{"class", "left-out"}})
      .text(
          fmt::format("{} that are not shown here are counted in every total{}.",
                      count_of(totals.left_out, "finding"),
                      evidence.left_out_in.empty() ? "" : " and stand in " + evidence.left_out_in));
}

}  // namespace

void render_findings(const Evidence& evidence, const Element& section) {
  const Totals totals = totals_of(evidence);
  const bool many_hosts = totals.nodes > 1;
  if (evidence.findings.empty()) {
    section.add("p").text(totals.all_findings() == 0 ? "Nothing was judged: no row could be read."
                                                     : "Nothing needs attention.");
    left_out(section, evidence, totals);
    return;
  }
  domains(section, evidence, many_hosts);
  const std::vector<const JudgedFinding*> all = in_reading_order(evidence);
  const bool is_listed = all.size() <= most_listed(totals);
  section.add("h3").text(is_listed ? "All findings" : "The worst findings");
  section.add("p", {{"class", "lead"}})
      .text(
          "Each line opens to its evidence: every run with its interval, the limits, the rule, "
          "where the expectation comes from, and the command that measures it again. The mark at "
          "the right shows the judged interval relative to the expected value, the shaded band is "
          "what the limits allow.");
  if (is_listed) {
    left_out(section, evidence, totals);
    filters(section, evidence, many_hosts);
    listing(section, all, many_hosts);
    return;
  }
  listing(section, std::span(all).first(first_of_many), many_hosts);
  section.add("h3").text("All findings that need attention");
  left_out(section, evidence, totals);
  finding_table(section, all);
}

}  // namespace plumbline
