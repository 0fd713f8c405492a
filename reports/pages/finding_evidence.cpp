#include "reports/pages/finding_evidence.h"

#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "reports/evaluation/rule_text.h"
#include "reports/pages/interval_plot.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

void optional_entry(const Element& list, std::string_view name, const std::string& text) {
  if (!text.empty()) term(list, name).text(text);
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
    term(list, "Judged")
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
    term(list, "Expected").text(text);
  }
  if (judged.ceiling) {
    term(list, "Ceiling")
        .text(value_with_unit(*judged.ceiling, finding.unit) +
              ": a value above it is a measurement error");
  }
  if (finding.resolution && *finding.resolution > 0) {
    term(list, "Resolution")
        .text(fmt::format("deficits within {:.1f}\u00A0% of the limit stay undecided after 12 runs",
                          100 * *finding.resolution));
  }
  optional_entry(list, "Rule", finding.rule.empty() ? "" : rule_text(finding.rule));
  optional_entry(list, "What to do", finding.action);
  optional_entry(list, "Basis", finding.basis);
  optional_entry(list, "Source", finding.source);
  if (judged.command.empty()) optional_entry(list, "Measured by", finding.probe);
  {
    const Element cell = term(list, "Finding");
    cell.add("code").text(finding.id);
    cell.text(finding.remeasure ? ", more runs can change the verdict" : "");
    cell.text(finding.provenance == Provenance::simulated ? ", simulated" : "");
  }
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
  std::string text = fmt::format("{}", fmt::join(measured.flags, ", "));
  for (const std::string_view part :
       {std::string_view(measured.transport), std::string_view(measured.note)}) {
    if (!part.empty()) text += (text.empty() ? "" : " \u00B7 ") + std::string(part);
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

}  // namespace

void finding_evidence(const Element& details, const JudgedFinding& judged) {
  const Element detail = details.add("div", {{"class", "evidence"}});
  prose(detail.add("p", {{"class", "sentence"}}), judged.finding.sentence);
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

}  // namespace plumbline
