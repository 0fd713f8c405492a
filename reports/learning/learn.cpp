#include "reports/learning/learn.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/evaluation/sentence.h"
#include "reports/learning/learned_rows.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string group_key(const Measurement& m) {
  return fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", m.metric, class_of(path_of(m)), m.bytes,
                     format_params(m.params), m.unit, better_names[m.better]);
}

/// "2026-11-24: 2 runs of 1 host (a, b), n=6".
std::string source_of(const ThingGroup& group, const Observations& all) {
  std::set<std::string> runs, hosts;
  std::size_t observed = 0;
  for (const Thing* thing : group) {
    for (const Observation& o : thing->observed) {
      runs.insert(o.run);
      hosts.insert(o.host);
      ++observed;
    }
  }
  constexpr std::size_t named_runs = 3;
  std::string names;
  std::size_t i = 0;
  for (const std::string& run : runs) {
    if (i == named_runs) names += fmt::format(" and {} more", runs.size() - named_runs);
    if (i++ >= named_runs) continue;
    names += (names.empty() ? "" : " ") + run;
  }
  std::string host_names = hosts.size() == 1 ? *hosts.begin() : counted(hosts.size(), "host");
  return fmt::format("{}: {} on {} ({}); n={}", format_time(all.last()).substr(0, 10),
                     counted(runs.size(), "run"), host_names, names, observed);
}

}  // namespace

std::string named(const Baseline& b) {
  std::string text = b.metric + " of " + b.subject_class;
  if (b.bytes) text += ", " + format_bytes(*b.bytes);
  if (!b.params.empty()) text += ", " + format_params(b.params);
  return text;
}

Baseline row_about(const ThingGroup& group, const Observations& all) {
  const Measurement& m = group.front()->about;
  Baseline b;
  b.metric = m.metric;
  b.subject_class = group.size() == 1 ? path_of(m) : class_of(path_of(m));
  if (group.size() > 1) b.subjects = group.size();
  b.params = m.params;
  if (m.bytes != 0) b.bytes = m.bytes;
  if (const std::uint64_t nodes = nodes_of(m); nodes > 1) b.nodes = nodes;
  b.unit = m.unit;
  b.better = m.better;
  b.basis = all.simulated() ? "learned from simulated runs" : "learned";
  b.source = source_of(group, all);
  return b;
}

Lesson learn(const Observations& observations) {
  Lesson lesson;
  const RunNoise noise(observations);
  std::map<std::string, ThingGroup> groups;
  for (const auto& [key, thing] : observations.things()) {
    groups[group_key(thing.about)].push_back(&thing);
  }
  for (const auto& [key, group] : groups) {
    if (group.front()->about.better == Better::exact) {
      learn_fact(group, observations, lesson);
    } else {
      learn_timed(group, noise, observations, lesson);
    }
  }
  if (observations.runs().size() == 1) {
    lesson.notes.insert(
        lesson.notes.begin(),
        noise.knows_pairs()
            ? "1 run: the spread is that of its repetitions until more runs are learned"
            : "1 run: the run-to-run spread is a default until more runs are learned");
  }
  return lesson;
}

}  // namespace plumbline
