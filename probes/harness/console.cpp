#include "probes/harness/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string value_of(const Measurement& row) {
  if (row.outcome != Outcome::ok) return outcome_names[row.outcome];
  return row.median ? format_number(*row.median) : row.text;
}

std::string remarks_of(const Measurement& row) {
  std::string remarks;
  for (const std::string& flag : row.flags) remarks += flag + ' ';
  return remarks + row.note;
}

}  // namespace

std::string console_line(const Measurement& row, std::size_t name_width) {
  const std::string interval =
      row.ci_low && row.ci_high ? format_number(*row.ci_low) + " to " + format_number(*row.ci_high)
                                : std::string();
  std::string line =
      fmt::format("{:{}}  {:>12} {:6} {:>22}  {:>6}  {}", row.case_name, name_width, value_of(row),
                  row.unit == "text" ? "" : row.unit, interval,
                  row.samples > 1 ? std::to_string(row.samples) : "", remarks_of(row));
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

bool ConsoleTable::ReportContext(const Context& context) {
  name_width_ = std::max(name_width_, context.name_field_width);
  GetOutputStream() << title_ << '\n'
                    << fmt::format("{:{}}  {:>12} {:6} {:>22}  {:>6}\n", "case", name_width_,
                                   "median", "unit", "99 % interval", "samples");
  return true;
}

void ConsoleTable::add(const Measurement& row) {
  GetOutputStream() << console_line(row, name_width_) << std::endl;
}

}  // namespace plumbline
