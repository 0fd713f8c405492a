#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/pages/interval_plot.h"
#include "reports/pages/pages.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/table.h"
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

Element entry(const Element& list, std::string_view name) {
  list.add("dt").text(name);
  return list.add("dd");
}

void optional_entry(const Element& list, std::string_view name, const std::string& text) {
  if (!text.empty()) entry(list, name).text(text);
}

std::string limits(const Finding& finding) {
  if (finding.low && finding.high) {
    return fmt::format("{} to {}", person_number(*finding.low),
                       value_with_unit(*finding.high, finding.unit));
  }
  if (finding.low) return "at least " + value_with_unit(*finding.low, finding.unit);
  if (finding.high) return "at most " + value_with_unit(*finding.high, finding.unit);
  return {};
}

void reasons(const Element& detail, const JudgedFinding& judged) {
  const Finding& finding = judged.finding;
  const Element list = detail.add("dl", {{"class", "facts"}});
  if (finding.value && finding.ci_low && finding.ci_high) {
    entry(list, "Judged")
        .text(fmt::format("{}, interval {} to {}, from {}",
                          value_with_unit(*finding.value, finding.unit),
                          person_number(*finding.ci_low), person_number(*finding.ci_high),
                          count_of(finding.runs, "run")));
  }
  if (!finding.expected.empty()) {
    std::string text = expected(finding);
    if (!unit_text(finding.unit).empty()) text += "\u00A0" + finding.unit;
    const std::string within = limits(finding);
    if (!within.empty()) text += ", " + within;
    if (judged.use == Use::context) text += " (context only: it decides nothing)";
    entry(list, "Expected").text(text);
  }
  if (judged.ceiling) {
    entry(list, "Ceiling")
        .text(value_with_unit(*judged.ceiling, finding.unit) +
              ": a value above it is a measurement error");
  }
  if (finding.resolution && *finding.resolution > 0) {
    entry(list, "Resolution")
        .text(fmt::format("deficits within {:.1f}\u00A0% of the limit stay undecided after 12 runs",
                          100 * *finding.resolution));
  }
  optional_entry(list, "Rule",
                 judged.rule_text.empty() ? finding.rule : finding.rule + ": " + judged.rule_text);
  optional_entry(list, "Basis", finding.basis);
  optional_entry(list, "Source", finding.source);
  if (judged.command.empty()) optional_entry(list, "Measured by", finding.probe);
  {
    const Element cell = entry(list, "Finding");
    cell.add("code").text(finding.id);
    cell.text(finding.remeasure ? ", more runs can change the verdict" : "");
    cell.text(finding.provenance == Provenance::simulated ? ", simulated" : "");
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void numbers_of(const Element& line, const Measurement& measured) {
  for (const auto& value :
       {measured.median, measured.ci_low, measured.ci_high, measured.min, measured.max}) {
    number_cell(line, value ? person_number(*value) : "");
  }
  number_cell(line, measured.spread ? fmt::format("{:.2f}\u00A0%", 100 * *measured.spread) : "");
  number_cell(line, measured.samples == 0 ? "" : count(measured.samples));
}

std::string remarks(const Measurement& measured) {
  std::string text = joined(measured.flags);
  for (const std::string& part : {measured.transport, measured.note}) {
    if (!part.empty()) text += (text.empty() ? "" : " \u00B7 ") + part;
  }
  return text;
}

/// One line for each row behind a finding: quantities with their statistics, facts with their
/// value.
void runs(const Element& detail, const JudgedFinding& judged) {
  if (judged.rows.empty()) return;
  const bool exact = judged.finding.better == Better::exact;
  const Element scroll = detail.add("div", {{"class", "scroll"}});
  const Element table = scroll.add("table", {{"class", "runs"}});
  {
    const Element head = table.add("thead");
    const Element names = head.add("tr");
    names.add("th").text("Run, UTC");
    if (exact) {
      names.add("th").text("Found");
    } else {
      for (const char* name :
           {"Median", "99\u00A0% low", "high", "Min", "Max", "Spread", "Samples"}) {
        names.add("th", {{"class", "number"}}).text(name);
      }
    }
    names.add("th").text("Remarks");
  }
  const Element body = table.add("tbody");
  std::size_t number = 0;
  for (const Measurement& measured : judged.rows) {
    const Element line = body.add("tr");
    text_cell(line, fmt::format("{}\u2002{}", ++number, time_without_zone(measured.time)));
    if (measured.outcome != Outcome::ok) {
      line.add("td", {{"colspan", exact ? 1 : 7}}).text(outcome_names[measured.outcome]);
    } else if (exact) {
      text_cell(line, measured.median ? format_number(*measured.median) : measured.text);
    } else {
      numbers_of(line, measured);
    }
    line.add("td", {{"class", "note"}}).text(remarks(measured));
  }
}

void evidence_of(const Element& details, const JudgedFinding& judged) {
  const Element detail = details.add("div", {{"class", "evidence"}});
  detail.add("p", {{"class", "sentence"}}).text(judged.finding.sentence);
  {
    const Element shown = detail.add("div", {{"class", "shown"}});
    if (has_interval_plot(judged)) interval_plot(shown, judged);
    runs(shown, judged);
  }
  reasons(detail, judged);
  if (judged.command.empty()) return;
  const Element repeat = detail.add("div", {{"class", "repeat"}});
  repeat.add("p").text("Measure it again:");
  command_line(repeat, judged.command);
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
  evidence_of(details, judged);
}

void listing(const Element& section, const Evidence& evidence, bool many_hosts) {
  const std::string css = many_hosts ? "finding-list with-hosts" : "finding-list";
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
          "where the "
          "expectation comes from, and the command that measures it again. The mark at the right "
          "shows the "
          "judged interval relative to the expected value, the shaded band is what the limits "
          "allow.");
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
