#include "reports/pages/finding_table.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "reports/evaluation/rule_text.h"
#include "reports/html/column_table.h"
#include "reports/pages/fleet_table.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::ColumnTable;
using html::Element;

using Order = std::span<const JudgedFinding* const>;

std::vector<std::string> texts(Order order, auto&& text) {
  std::vector<std::string> values;
  values.reserve(order.size());
  for (const JudgedFinding* judged : order) values.emplace_back(text(*judged));
  return values;
}

std::vector<double> numbers(Order order, auto&& number) {
  std::vector<double> values;
  values.reserve(order.size());
  for (const JudgedFinding* judged : order) values.push_back(number(*judged));
  return values;
}

double or_none(const std::optional<double>& value) { return value.value_or(ColumnTable::none); }

FleetTable table_of(Order order) {
  FleetTable table("findings", "finding");
  const auto text = [&](const FleetColumn& column, auto&& of) {
    table.texts(column, texts(order, of));
  };
  const auto number = [&](const FleetColumn& column, auto&& of) {
    table.numbers(column, numbers(order, of));
  };
  using J = const JudgedFinding&;
  number({"verdict", "Verdict", Look::verdict, 8.4},
         [](J j) { return static_cast<double>(j.finding.verdict); });
  text({.name = "host", .title = "Host", .width = 9, .link = "node", .key = "host"},
       [](J j) { return j.finding.host; });
  text({.name = "metric",
        .title = "Metric",
        .look = Look::code,
        .width = 11.6,
        .link = "finding",
        .key = "id",
        .choice = true},
       [](J j) { return j.finding.metric; });
  text({.name = "subject", .title = "Subject", .width = 7}, [](J j) { return path_of(j.finding); });
  number({"value", "Found", Look::number, 5}, [](J j) { return or_none(j.finding.value); });
  text({.name = "unit", .title = "Unit", .width = 4},
       [](J j) { return std::string(unit_text(j.finding.unit)); });
  text({.name = "expected", .title = "Expected", .width = 5.6},
       [](J j) { return expected(j.finding); });
  number({"difference", "Difference", Look::percent, 6},
         [](J j) { return or_none(difference(j.finding)); });
  text({.name = "sentence", .title = "What was found"}, [](J j) { return j.finding.sentence; });
  text({"id", ""}, [](J j) { return j.finding.id; });
  text({"instance_type", ""}, [](J j) { return j.finding.instance_type; });
  text({"work", ""}, [](J j) { return work_of(j.finding); });
  text({"text", ""}, [](J j) { return j.finding.text; });
  number({"runs", "", Look::count}, [](J j) { return static_cast<double>(j.finding.runs); });
  number({"ci_low", "", Look::number}, [](J j) { return or_none(j.finding.ci_low); });
  number({"ci_high", "", Look::number}, [](J j) { return or_none(j.finding.ci_high); });
  number({"low", "", Look::number}, [](J j) { return or_none(j.finding.low); });
  number({"high", "", Look::number}, [](J j) { return or_none(j.finding.high); });
  number({"expected_value", "", Look::number},
         [](J j) { return or_none(parse_number(j.finding.expected)); });
  number({"ceiling", "", Look::number}, [](J j) { return or_none(j.ceiling); });
  text({"provenance", ""}, [](J j) { return provenance_names[j.finding.provenance]; });
  text({"rule", ""},
       [](J j) { return j.finding.rule.empty() ? std::string() : rule_text(j.finding.rule); });
  text({"action", ""}, [](J j) { return j.finding.action; });
  text({"basis", ""}, [](J j) { return j.finding.basis; });
  text({"source", ""}, [](J j) { return j.finding.source; });
  text({"command", ""}, [](J j) { return j.command; });
  return table;
}

/// The rows behind the findings, those of one after those of another; "finding" is the line of
/// theirs.
std::string runs_of(Order order) {
  std::vector<const Measurement*> rows;
  std::vector<std::uint64_t> finding;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const Measurement& row : order[i]->rows) {
      rows.push_back(&row);
      finding.push_back(i);
    }
  }
  const auto text = [&](auto&& of) {
    std::vector<std::string> values;
    values.reserve(rows.size());
    for (const Measurement* row : rows) values.emplace_back(of(*row));
    return values;
  };
  const auto number = [&](auto&& of) {
    std::vector<double> values;
    values.reserve(rows.size());
    for (const Measurement* row : rows) values.push_back(or_none(of(*row)));
    return values;
  };
  using Row = const Measurement&;
  ColumnTable table;
  table.counts("finding", finding);
  table.texts("time", text([](Row row) { return time_without_zone(row.time); }));
  table.texts("outcome", text([](Row row) { return outcome_names[row.outcome]; }));
  table.numbers("median", number([](Row row) { return row.median; }));
  table.numbers("ci_low", number([](Row row) { return row.ci_low; }));
  table.numbers("ci_high", number([](Row row) { return row.ci_high; }));
  table.numbers("min", number([](Row row) { return row.min; }));
  table.numbers("max", number([](Row row) { return row.max; }));
  table.numbers("spread", number([](Row row) { return row.spread; }));
  table.numbers("samples", number([](Row row) {
                  return std::optional<double>(static_cast<double>(row.samples));
                }));
  table.texts("text", text([](Row row) { return row.text; }));
  table.texts("flags", text([](Row row) { return fmt::format("{}", fmt::join(row.flags, ", ")); }));
  table.texts("transport", text([](Row row) { return row.transport; }));
  table.texts("note", text([](Row row) { return row.note; }));
  return table.encoded();
}

}  // namespace

void finding_table(const Element& section, Order order) {
  section.add("div", {{"class", "view"}, {"id", "finding-view"}, {"hidden"}});
  table_of(order).render(section);
  section.data("runs", runs_of(order));
}

}  // namespace plumbline
