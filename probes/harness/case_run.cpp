#include "probes/harness/case_run.h"

#include <cmath>
#include <exception>

#include "probes/harness/skip.h"

namespace plumbline {
namespace {

void append(std::string& note, const std::string& more) {
  if (!note.empty() && !more.empty()) note += "; ";
  note += more;
}

CaseResult run_timed(const Case& entry, const Clock& clock) {
  CaseResult result;
  const bool is_rate = entry.kind == Case::Kind::rate;
  const auto to_unit = [&](double seconds) {
    return is_rate ? entry.amount / seconds : seconds / entry.amount;
  };
  const Prepared prepared = entry.prepare();
  result.summary = sample(prepared.once, to_unit, entry.sampling, clock);
  if (prepared.verify) prepared.verify();
  if (prepared.flags) {
    for (std::string& flag : prepared.flags()) result.summary.flags.push_back(std::move(flag));
  }
  const double median = result.summary.median;
  result.seconds = is_rate ? entry.amount / median : median * entry.amount;
  result.note = prepared.note;
  if (prepared.remark) append(result.note, prepared.remark());
  return result;
}

CaseResult run_series(const Case& entry) {
  CaseResult result;
  SampleSeries series = entry.series();
  result.summary = summarise(std::move(series.values), series.counted_from, entry.sampling);
  result.note = std::move(series.note);
  result.over_time = std::move(series.over_time);
  result.seconds = entry.sampling.max_seconds;
  return result;
}

CaseResult not_measured(Outcome outcome, std::string reason) {
  CaseResult result;
  result.outcome = outcome;
  result.note = reason.empty() ? "no reason was given" : std::move(reason);
  return result;
}

bool has_value(const FactValue& fact) {
  const auto* number = std::get_if<double>(&fact);
  return number != nullptr ? std::isfinite(*number) : !std::get<std::string>(fact).empty();
}

}  // namespace

CaseResult run_case(const Case& entry, const Clock& clock) {
  try {
    switch (entry.kind) {
      case Case::Kind::rate:
      case Case::Kind::latency:
        return run_timed(entry, clock);
      case Case::Kind::series:
        return run_series(entry);
      case Case::Kind::fact: {
        CaseResult result;
        Fact found = entry.fact();
        result.fact = std::move(found.value);
        result.note = std::move(found.note);
        result.over_time = std::move(found.over_time);
        if (!has_value(result.fact)) {
          return not_measured(Outcome::failed, "the value is no finite number and no text");
        }
        return result;
      }
      case Case::Kind::skip:
        return not_measured(Outcome::skipped, entry.reason);
    }
    return not_measured(Outcome::failed, "the case is of no known kind");
  } catch (const Skip& skip) {
    return not_measured(Outcome::skipped, skip.what());
  } catch (const std::exception& error) {
    return not_measured(Outcome::failed, error.what());
  } catch (...) {
    return not_measured(Outcome::failed, "something that is no std::exception was thrown");
  }
}

Measurement to_row(const Case& entry, const CaseResult& result, Measurement frame) {
  Measurement row = std::move(frame);
  row.case_name = entry.name;
  if (entry.work.host) {
    row.host = entry.work.host->host;
    row.instance_type = entry.work.host->instance_type;
  }
  row.metric = entry.metric->name;
  row.unit = entry.metric->unit;
  row.better = entry.metric->better;
  row.subject = entry.work.subject;
  row.peer = entry.work.peer;
  row.bytes = entry.work.bytes;
  row.params = entry.work.params;
  row.transport = entry.work.transport;
  row.outcome = result.outcome;
  row.note = result.note;
  if (result.outcome != Outcome::ok) return row;

  if (entry.kind == Case::Kind::fact) {
    row.samples = 1;
    if (const auto* number = std::get_if<double>(&result.fact)) {
      row.median = *number;
    } else {
      row.text = std::get<std::string>(result.fact);
    }
    return row;
  }
  const SampleSummary& summary = result.summary;
  row.samples = summary.samples;
  row.median = summary.median;
  if (summary.has_interval) {
    row.ci_low = summary.ci_low;
    row.ci_high = summary.ci_high;
  }
  row.min = summary.min;
  row.max = summary.max;
  row.spread = summary.spread;
  row.flags = summary.flags;
  return row;
}

}  // namespace plumbline
