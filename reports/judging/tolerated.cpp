#include "reports/judging/tolerated.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "results/schema/number.h"

namespace plumbline {

Measurement about(const TimedColumns& table, const TimedColumn& column, std::uint32_t path) {
  Measurement m;
  m.instance_type = column.instance_type;
  m.metric = column.metric;
  m.subject = table.paths[path].subject;
  m.peer = table.paths[path].peer;
  m.bytes = column.bytes;
  m.params = column.params;
  m.unit = column.unit;
  m.better = column.better;
  m.provenance = column.provenance;
  return m;
}

Tolerated tolerated_by(const Expectations& expectations, const Measurement& m) {
  const auto answered = expectations.answered_by(m);
  if (answered.empty()) return {};
  const Baseline& b = expectations.all()[answered.front()];
  if (b.use == Use::context || b.unit != m.unit || b.better != m.better) return {false, {}};
  if (b.better == Better::higher && b.low) return {true, -*b.low};
  if (b.better == Better::lower && b.high) return {true, 1 - 1 / (1 + *b.high)};
  return {};
}

bool is_open(const Finding& f) {
  static constexpr std::array rules = {"timed",         "worst samples",   "nothing expected",
                                       "no limit",      "failed before",   "fleet candidate",
                                       "fleet outlier", "trend regression"};
  return std::find(rules.begin(), rules.end(), f.rule) != rules.end();
}

double value_of(double oriented, Better better) {
  return std::exp(better == Better::lower ? -oriented : oriented);
}

void compare_with(Finding& f, double level, double tolerated, double deficit) {
  f.expected = format_number(value_of(level, f.better));
  f.low.reset();
  f.high.reset();
  (f.better == Better::lower ? f.high : f.low) = value_of(level + std::log1p(-tolerated), f.better);
  f.deficit = deficit;
  f.resolution.reset();
}

}  // namespace plumbline
