#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/baselines/units.h"
#include "reports/evaluation/sentence.h"
#include "reports/learning/learned_rows.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

/// Words of a metric's name that tell of a fact which changes without anything being wrong.
constexpr std::array<std::string_view, 22> changing = {
    "address", "available", "clock", "driver", "ebs",     "firmware", "free",     "frequency",
    "kernel",  "load",      "mac",   "mhz",    "power",   "serial",   "settings", "temperature",
    "time",    "uptime",    "used",  "uuid",   "version", "hostname"};

bool changes_by_itself(const std::string& metric) {
  std::size_t begin = 0;
  while (begin < metric.size()) {
    const std::size_t end = std::min(metric.size(), metric.find_first_of("._", begin));
    const std::string_view word = std::string_view(metric).substr(begin, end - begin);
    if (std::find(changing.begin(), changing.end(), word) != changing.end()) return true;
    begin = end + 1;
  }
  return false;
}

std::string shown(const Observation& o, const std::string& unit) {
  return o.value ? quantity(*o.value, unit) : '"' + o.text + '"';
}

bool same(const Observation& a, const Observation& b, const std::string& unit) {
  if (a.value.has_value() != b.value.has_value()) return false;
  if (!a.value) return a.text == b.text;
  const double tolerance = is_amount_of_bytes(unit) ? learning::amount_tolerance : 1e-6;
  return std::abs(*a.value - *b.value) <= tolerance * std::abs(*a.value);
}

/// The first observation that differs from the first of the group, if any.
const Observation* difference(const ThingGroup& group) {
  const Observation& first = group.front()->observed.front();
  for (const Thing* thing : group) {
    for (const Observation& o : thing->observed) {
      if (!same(first, o, thing->about.unit)) return &o;
    }
  }
  return nullptr;
}

bool on_every_host(const ThingGroup& group, const Observations& all) {
  return std::all_of(group.begin(), group.end(), [&](const Thing* thing) {
    std::set<std::string> hosts;
    for (const Observation& o : thing->observed) hosts.insert(o.host);
    return hosts.size() == all.hosts().size();
  });
}

}  // namespace

void learn_fact(const ThingGroup& group, const Observations& all, Lesson& lesson) {
  const Observation* other = difference(group);
  if (group.size() > 1 && other != nullptr) {
    for (const Thing* thing : group) learn_fact({thing}, all, lesson);
    return;
  }
  const Observation& first = group.front()->observed.front();
  Baseline b = row_about(group, all);
  b.expected = first.value ? format_number(*first.value) : first.text;
  if (first.value && b.unit != "text" && is_amount_of_bytes(b.unit)) {
    b.low = -learning::amount_tolerance;
    b.high = learning::amount_tolerance;
  }
  if (!first.value && b.unit != "text") {
    lesson.notes.push_back(fmt::format("{} is not learned: {} is no number of {}", named(b),
                                       shown(first, b.unit), b.unit));
    return;
  }
  if (first.value && b.unit == "text") return;  // a number under the unit of texts says nothing
  if (other != nullptr) {
    b.use = Use::context;
    lesson.notes.push_back(fmt::format("{} does not gate: it is {} in one run and {} in another",
                                       named(b), shown(first, b.unit), shown(*other, b.unit)));
  } else if (changes_by_itself(b.metric)) {
    b.use = Use::context;
    lesson.notes.push_back(
        fmt::format("{} does not gate: it may change without anything being wrong", named(b)));
  } else if (!on_every_host(group, all)) {
    b.use = Use::context;
    lesson.notes.push_back(fmt::format("{} does not gate: not every host has it", named(b)));
  }
  lesson.baselines.push_back(std::move(b));
}

}  // namespace plumbline
