#include "reports/pages/fleet_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "reports/html/column_table.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t searched_rows = 16;  // up to so many are seen at once

/// For the script; the order of the enum.
constexpr std::array<const char*, 7> look_names = {"text",    "code",    "count",  "number",
                                                   "percent", "verdict", "outcome"};

bool is_number(Look look) {
  return look == Look::count || look == Look::number || look == Look::percent;
}

std::string number_text(Look look, double value) {
  if (std::isnan(value)) return {};
  if (look == Look::percent) return signed_percent(value);
  if (look == Look::count) {
    return value == 0 ? "\u00B7" : count(static_cast<std::uint64_t>(std::llround(value)));
  }
  return person_number(value);
}

}  // namespace

FleetTable::FleetTable(std::string_view name, std::string_view row_name)
    : name_(name), row_name_(row_name) {}

void FleetTable::add(Column column, std::size_t size) {
  if (!columns_.empty() && size != rows_) {
    throw std::logic_error(fmt::format("column {} of table {} has {} cells, expected {}",
                                       column.about.name, name_, size, rows_));
  }
  rows_ = size;
  columns_.push_back(std::move(column));
}

void FleetTable::texts(const FleetColumn& column, std::vector<std::string> values) {
  const std::size_t size = values.size();
  add({column, std::move(values), {}}, size);
}

void FleetTable::numbers(const FleetColumn& column, std::vector<double> values) {
  const std::size_t size = values.size();
  add({column, {}, std::move(values)}, size);
}

const FleetTable::Column& FleetTable::named(std::string_view name) const {
  const auto found = std::ranges::find_if(
      columns_, [&](const Column& column) { return column.about.name == name; });
  if (found == columns_.end()) {
    throw std::logic_error(fmt::format("table {} has no column {}", name_, name));
  }
  return *found;
}

void FleetTable::cell(const Element& row, const Column& column, std::size_t at) const {
  const FleetColumn& about = column.about;
  if (about.look == Look::verdict || about.look == Look::outcome) {
    // Sorted upwards first, and the worst is to come first.
    const auto severity = static_cast<int>(column.numbers[at]);
    const Element td = row.add("td", {{"data-sort", -severity}});
    if (about.look == Look::verdict) badge(td, static_cast<Verdict>(severity));
    if (about.look == Look::outcome) badge(td, static_cast<NodeOutcome>(severity));
    return;
  }
  if (is_number(about.look)) {
    const double value = column.numbers[at];
    const bool zero = about.look == Look::count && value == 0;
    row.add("td", {{"class", zero ? "number zero" : "number"},
                   {"data-sort", std::isnan(value) ? "" : format_number(value)}})
        .text(number_text(about.look, value));
    return;
  }
  const char* css = about.look == Look::code ? "code"
                    : about.link == "node"   ? "host"
                    : about.width == 0       ? "why"
                                             : "text";
  const Element td = row.add("td", {{"class", css}});
  if (about.link.empty()) {
    prose(td, column.texts[at]);
    return;
  }
  const std::string& key = named(about.key).texts[at];
  td.add("a", {{"href", '#' + anchor(about.link, key)}}).text(column.texts[at]);
}

void FleetTable::plain_rows(const Element& frame, std::size_t number) const {
  const Element scroll = frame.add("div", {{"class", "scroll first-rows"}});
  const Element table = scroll.add("table", {{"class", "sortable"}});
  {
    const Element head = table.add("thead");
    const Element line = head.add("tr");
    for (const Column& column : columns_) {
      const FleetColumn& about = column.about;
      if (about.title.empty()) continue;
      line.add("th", {{"scope", "col"},
                      {"class", is_number(about.look) ? "number" : "text"},
                      {"data-column", about.name},
                      {"data-look", look_names[static_cast<std::size_t>(about.look)]},
                      {"data-width", about.width},
                      {"data-link", about.link},
                      {"data-key", about.key},
                      {"data-choice", about.choice ? "yes" : ""}})
          .text(about.title);
    }
  }
  const Element body = table.add("tbody");
  for (std::size_t at = 0; at < number; ++at) {
    const Element line = body.add("tr");
    for (const Column& column : columns_) {
      if (!column.about.title.empty()) cell(line, column, at);
    }
  }
}

std::string FleetTable::encoded() const {
  html::ColumnTable table;
  for (const Column& column : columns_) {
    const Look look = column.about.look;
    if (look == Look::text || look == Look::code) {
      table.texts(column.about.name, std::span<const std::string>(column.texts));
    } else if (look == Look::number || look == Look::percent) {
      table.numbers(column.about.name, column.numbers);
    } else {
      std::vector<std::uint64_t> counts;
      counts.reserve(rows_);
      for (const double value : column.numbers) {
        counts.push_back(static_cast<std::uint64_t>(std::llround(value)));
      }
      table.counts(column.about.name, counts);
    }
  }
  return table.encoded();
}

void FleetTable::render(const Element& section, std::size_t first) const {
  const std::size_t shown = std::min(first, rows_);
  const bool are_all = shown == rows_;
  const bool live = rows_ > searched_rows;
  const Element frame = section.add("div", {{"class", live ? "fleet-table live" : "fleet-table"},
                                            {"id", fmt::format("table-{}", name_)},
                                            {"data-table", name_},
                                            {"data-row", row_name_}});
  plain_rows(frame, shown);
  if (!are_all) {
    frame.add("p", {{"class", "left-out first-rows"}})
        .text(fmt::format("The first {} of {}. On a screen, with scripts, this is a table of all.",
                          count(shown), count_of(rows_, row_name_)));
  }
  if (live) frame.data(name_, encoded());
}

}  // namespace plumbline
