#include "reports/baselines/revision.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/evaluation/expectations.h"
#include "reports/evaluation/sentence.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

/// The same for a class and for each of its subjects.
std::string loose_key(Baseline b) {
  b.subject_class = class_of(b.subject_class);
  return key_of(b);
}

std::string name_of(const Baseline& b) {
  std::string text = b.metric + " of " + b.subject_class;
  if (b.bytes) text += ", " + format_bytes(*b.bytes);
  if (!b.params.empty()) text += ", " + format_params(b.params);
  return text;
}

std::string value_of(const Baseline& b) {
  const auto number = b.unit == "text" ? std::nullopt : parse_number(b.expected);
  return number ? quantity(*number, b.unit) : '"' + b.expected + '"';
}

std::string number_or_none(const std::optional<double>& value) {
  return value ? format_number(*value) : "none";
}

bool expects_the_same(Baseline a, const Baseline& b) {
  a.basis = b.basis;
  a.source = b.source;
  return a == b;
}

std::string numbers_that_differ(const Baseline& before, const Baseline& after) {
  std::string text;
  const auto differ = [&](const char* column, const std::string& old, const std::string& now) {
    if (old != now) text += fmt::format(", {} {} -> {}", column, old, now);
  };
  const auto count = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string("none");
  };
  differ("unit", before.unit, after.unit);
  differ("better", better_names[before.better], better_names[after.better]);
  differ("low", number_or_none(before.low), number_or_none(after.low));
  differ("high", number_or_none(before.high), number_or_none(after.high));
  differ("spread", number_or_none(before.spread), number_or_none(after.spread));
  differ("ceiling", number_or_none(before.ceiling), number_or_none(after.ceiling));
  differ("subjects", count(before.subjects), count(after.subjects));
  differ("use", use_names[before.use], use_names[after.use]);
  return text;
}

}  // namespace

std::vector<Baseline> revised(std::span<const Baseline> present,
                              std::span<const Baseline> learned) {
  std::set<std::string> keys;
  for (const Baseline& b : learned) keys.insert(loose_key(b));
  std::vector<Baseline> rows(learned.begin(), learned.end());
  for (const Baseline& b : present) {
    if (!keys.contains(loose_key(b))) rows.push_back(b);
  }
  sort_rows(rows);
  return rows;
}

std::vector<BaselineChange> changes(std::span<const Baseline> before,
                                    std::span<const Baseline> after) {
  std::map<std::string, BaselineChange> by_key;
  for (const Baseline& b : before) by_key[key_of(b)].before = &b;
  for (const Baseline& b : after) by_key[key_of(b)].after = &b;
  std::vector<BaselineChange> all;
  for (const auto& [key, change] : by_key) {
    if (change.before != nullptr && change.after != nullptr &&
        expects_the_same(*change.before, *change.after)) {
      continue;
    }
    all.push_back(change);
  }
  return all;
}

std::string describe_change(const BaselineChange& change) {
  if (change.before == nullptr) {
    const Baseline& b = *change.after;
    return fmt::format("+ {}: {}{}", name_of(b), value_of(b),
                       b.use == Use::context ? ", context" : "");
  }
  if (change.after == nullptr) {
    return fmt::format("- {}: {}", name_of(*change.before), value_of(*change.before));
  }
  const Baseline& before = *change.before;
  const Baseline& after = *change.after;
  std::string text = fmt::format("~ {}: {}", name_of(after), value_of(before));
  if (before.expected != after.expected) {
    text += " -> " + value_of(after);
    const auto old = parse_number(before.expected);
    const auto now = parse_number(after.expected);
    if (before.unit != "text" && old && now && *old != 0) {
      text += fmt::format(" ({}{})", *now > *old ? "+" : "", percent(*now / *old - 1));
    }
  }
  return text + numbers_that_differ(before, after);
}

void sort_rows(std::vector<Baseline>& rows) {
  std::sort(rows.begin(), rows.end(), [](const Baseline& a, const Baseline& b) {
    return std::tie(a.metric, a.subject_class, a.params, a.bytes, a.nodes) <
           std::tie(b.metric, b.subject_class, b.params, b.bytes, b.nodes);
  });
}

}  // namespace plumbline
