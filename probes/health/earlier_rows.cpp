#include "probes/health/earlier_rows.h"

#include <fmt/format.h>

#include <stdexcept>

#include "probes/harness/skip.h"
#include "results/schema/number.h"
#include "results/schema/run_directory.h"

namespace plumbline::health {

EarlierRows::EarlierRows(const std::filesystem::path& place, const std::string& task) {
  const auto file =
      std::filesystem::is_directory(place) ? RunDirectory::at(place).measurements() : place;
  read_csv<Measurement>(file, [&](const Measurement& row) {
    if (row.probe != "health" || (!task.empty() && row.task == task)) return;
    rows_.insert_or_assign(row.case_name, row);  // the file is in the order of time
  });
}

const Measurement* EarlierRows::find(const Metric& metric, const Work& work) const {
  const auto found = rows_.find(case_name(metric, work));
  return found != rows_.end() ? &found->second : nullptr;
}

Fact growth(const Measurement& before, double now, const std::string& note) {
  const std::string since = before.task.empty() ? "the look before" : before.task;
  if (before.outcome != Outcome::ok || !before.median) {
    throw Skip(fmt::format("not known at {}: {}", since, before.note));
  }
  // Of what is no whole number the tables keep six digits: both sides are compared as they stand
  // there.
  now = parse_number(format_number(now)).value_or(now);
  const double then = *before.median;
  if (now < then) {
    throw std::runtime_error(
        fmt::format("the counter fell from {} to {} since {}: it was reset, and "
                    "what it counted meanwhile is not known",
                    format_number(then), format_number(now), since));
  }
  if (now == then) return Fact(0.0, "since " + since);
  return Fact(now - then, fmt::format("from {} to {} since {}{}{}", format_number(then),
                                      format_number(now), since, note.empty() ? "" : "; ", note));
}

}  // namespace plumbline::health
