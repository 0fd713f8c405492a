#include "reports/learning/observations.h"

#include <algorithm>

#include "reports/evaluation/node.h"
#include "reports/evaluation/noise.h"
#include "reports/evaluation/series.h"

namespace plumbline {
namespace {

/// The same for the same thing on every host.
std::string thing_key(Measurement m) {
  m.host = {};
  return series_key(m) + '\x1f' + m.unit + '\x1f' + better_names[m.better];
}

Measurement about(const Measurement& m) {
  Measurement thing;
  thing.probe = m.probe;
  thing.metric = m.metric;
  thing.subject = m.subject;
  thing.peer = m.peer;
  thing.bytes = m.bytes;
  thing.params = m.params;
  thing.unit = m.unit;
  thing.better = m.better;
  return thing;
}

bool teaches(const Measurement& m) {
  if (m.metric == task_metric) return false;
  return m.better == Better::exact || (m.median && *m.median > 0);
}

}  // namespace

void Observations::add(std::span<const Measurement> rows, const Expectations& present) {
  for (const Series& series : series_of(rows)) {
    for (const Measurement* m : series.values) {
      if (!teaches(*m)) continue;
      Thing& thing = things_[thing_key(*m)];
      if (thing.observed.empty()) {
        thing.about = about(*m);
        for (const std::size_t i : present.answered_by(*m)) {
          const Baseline& b = present.all()[i];
          if (!thing.ceiling && b.unit == m->unit) thing.ceiling = b.ceiling;
        }
      }
      const double within = variance_within(*m, default_spread(m->metric, m->better));
      thing.observed.push_back(
          {m->host, m->run, m->time, m->median, m->better == Better::exact ? 0 : within, m->text});
      runs_.insert(m->run);
      hosts_.insert(m->host);
      last_ = std::max(last_, m->time);
      (m->provenance == Provenance::simulated ? simulated_ : measured_) = true;
    }
  }
}

}  // namespace plumbline
