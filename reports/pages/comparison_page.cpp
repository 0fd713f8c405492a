#include "reports/pages/comparison_page.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/comparison/comparison_words.h"
#include "reports/evaluation/sentence.h"
#include "reports/html/element.h"
#include "reports/pages/assets/assets.h"
#include "reports/pages/page_head.h"
#include "reports/pages/table.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

std::string percents(double ratio) {
  return fmt::format("{}{}", ratio > 1 ? "+" : "", percent(ratio - 1));
}

void values(const Element& section, std::string_view caption,
            const std::vector<ComparedValue>& rows, std::uint64_t all) {
  {
    const SortableTable table(section, caption,
                              {{"Verdict"},
                               {"Host"},
                               {"Metric"},
                               {"Path"},
                               {"Size"},
                               {"Params"},
                               {"Before", true},
                               {"After", true},
                               {"Change", true},
                               {"99 % interval"},
                               {"Hosts", true}});
    for (const ComparedValue& value : rows) {
      const Element row = table.body.add("tr");
      text_cell(row, change_verdict_names[value.verdict]);
      text_cell(row, value.host);
      text_cell(row, value.metric);
      text_cell(row, value.path);
      text_cell(row, value.bytes == 0 ? "" : format_bytes(value.bytes));
      text_cell(row, format_params(value.params));
      number_cell(row, quantity(value.before, value.unit), value.before);
      number_cell(row, quantity(value.after, value.unit), value.after);
      number_cell(row, percents(value.ratio), value.ratio);
      text_cell(row, percents(value.ratio_low) + " to " + percents(value.ratio_high));
      number_cell(row, std::to_string(value.hosts), static_cast<double>(value.hosts));
    }
  }
  if (all > rows.size()) {
    section.add("p").text(fmt::format("and {} more", all - rows.size()));
  }
}

void list(const Element& section, std::string_view heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  section.add("h3").text(heading);
  const Element items = section.add("ul");
  for (const std::string& line : lines) items.add("li").text(line);
}

template <class Item>
std::vector<std::string> in_words(const std::vector<Item>& items) {
  std::vector<std::string> lines;
  for (const Item& item : items) lines.push_back(words_of(item));
  return lines;
}

std::vector<std::string> not_compared(const Comparison& c) {
  std::vector<std::string> lines;
  const auto hosts = [&](const char* what, std::uint64_t count,
                         const std::vector<std::string>& names) {
    if (count == 0) return;
    lines.push_back(fmt::format("{} {}: {}{}", counted(count, "host"), what, fmt::join(names, ", "),
                                count > names.size() ? " ..." : ""));
  };
  hosts("only before", c.hosts_before - c.hosts_in_both, c.only_before);
  hosts("only after", c.hosts_after - c.hosts_in_both, c.only_after);
  const auto things = [&](const char* what, std::uint64_t count) {
    if (count > 0) lines.push_back(counted(count, "thing") + ' ' + what);
  };
  things("measured only before", c.series_before);
  things("measured only after", c.series_after);
  things("simulated on one side", c.mixed);
  lines.insert(lines.end(), c.notes.begin(), c.notes.end());
  return lines;
}

std::string title_of(const Comparison& c) {
  return (c.simulated ? "SIMULATED: " : "") + comparison_headline(c) + " \u00B7 plumbline compare";
}

}  // namespace

std::string comparison_page(const Comparison& c, const std::string& version) {
  html::Document document;
  {
    const Element html = document.open("en");
    page_head(html, version, title_of(c));
    const Element body = html.add("body");
    if (c.simulated) {
      const Element banner = body.add("div", {{"class", "simulated"}, {"role", "note"}});
      banner.add("b").text("SIMULATED");
      banner.text(" Some or all rows describe a modelled machine. Nothing here is about hardware.");
    }
    {
      const Element header = body.add("header");
      header.add("span", {{"class", "mark-name"}}).text("plumbline");
      header.add("span", {{"class", "mark-facts"}}).text("compare");
    }
    {
      const Element main = body.add("main", {{"id", "main"}});
      const Element section = main.add("section", {{"id", "comparison"}});
      section.add("h2").text(comparison_headline(c));
      section.add("p").text(comparison_summary(c));
      section.add("p").text("Before: " + names_of_runs(c.before));
      section.add("p").text("After: " + names_of_runs(c.after));
      section.add("p").text(
          "What is told to have changed did so beyond the noise of the metric from run to run, "
          "with "
          "at most 1 % of it expected to be wrong. The same: a change of 5 % would have been seen. "
          "Unclear: it would not.");
      values(section, "Kinds of measurement, over all hosts", c.groups, c.groups.size());
      if (!c.series.empty()) {
        values(section, "What changed otherwise than its kind", c.series,
               c.series_worse + c.series_better);
      }
      list(section, "Facts that changed", in_words(c.facts));
      list(section, "Software that differs", in_words(c.software));
      list(section, "Not compared", not_compared(c));
    }
    for (const html::Asset& script : report_scripts()) body.script(script);
  }
  return document.take();
}

}  // namespace plumbline
