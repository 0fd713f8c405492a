#include "probes/harness/sampler.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <stdexcept>

#include "probes/harness/sampling_statistics.h"

namespace plumbline {
namespace {

constexpr double alpha = 0.01;

double draw(const Timed& once, const std::function<double(double)>& to_unit) {
  const double seconds = once();
  if (!std::isfinite(seconds) || seconds <= 0) {
    throw std::runtime_error(
        fmt::format("a sample took {} s: the work is too small for the clock", seconds));
  }
  const double value = to_unit(seconds);
  if (!std::isfinite(value)) {
    throw std::runtime_error(fmt::format("a sample of {} s has the value {}", seconds, value));
  }
  return value;
}

/// What the samples say at one look.
struct Look {
  std::span<const double> values;
  bool steady;
  double median;
  double correlation;
  std::optional<SampleInterval> interval;
};

Look look_at(std::span<const double> drawn) {
  const WarmUp warm_up = robust_mser5(drawn);
  Look look{drawn.subspan(warm_up.count), warm_up.steady, 0, 0, std::nullopt};
  look.median = median_of(look.values);
  look.correlation = rank_correlation(look.values);
  look.interval = median_interval(look.values, look.correlation, alpha);
  return look;
}

bool precise(const Look& look, const Sampling& sampling) {
  return look.steady && look.interval &&
         (look.interval->high - look.interval->low) / 2 <=
             sampling.precision * std::abs(look.median);
}

SampleSummary summarise(const Look& look, bool converged, const Sampling& sampling) {
  SampleSummary summary;
  summary.samples = look.values.size();
  summary.median = look.median;
  const auto [min, max] = std::minmax_element(look.values.begin(), look.values.end());
  summary.min = *min;
  summary.max = *max;
  const double mad = mad_of(look.values, look.median);
  summary.spread = look.median != 0 ? 1.4826 * mad / std::abs(look.median) : 0;
  summary.has_interval = look.interval.has_value();
  if (look.interval) {
    summary.ci_low = look.interval->low;
    summary.ci_high = look.interval->high;
  }
  if (!look.steady) summary.flags.emplace_back("unsteady");
  if (is_bimodal(look.values, sampling.precision * std::abs(look.median))) {
    summary.flags.emplace_back("bimodal");
  }
  if (look.correlation > 0.6) summary.flags.emplace_back("correlated");
  if (!converged) summary.flags.emplace_back("not_converged");
  return summary;
}

}  // namespace

double monotonic_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

SampleSummary sample(const Timed& once, const std::function<double(double)>& to_unit,
                     const Sampling& sampling, const Clock& clock) {
  std::vector<double> values;
  for (const double end = clock() + sampling.warm_up_seconds;
       sampling.warm_up_seconds > 0 && clock() < end;) {
    values.push_back(draw(once, to_unit));
  }
  const std::size_t deliberate_warm_up = values.size();
  const double begin = clock();
  const std::size_t most = std::max<std::size_t>(1, sampling.max_samples);
  std::size_t next_look = std::clamp<std::size_t>(sampling.min_samples, 1, most);
  for (;;) {
    bool out_of_time = false;
    while (values.size() - deliberate_warm_up < next_look && !out_of_time) {
      values.push_back(draw(once, to_unit));
      out_of_time = clock() - begin >= sampling.max_seconds;
    }
    const auto drawn = std::span(values).subspan(deliberate_warm_up);
    const Look look = look_at(drawn);
    const bool enough = precise(look, sampling);
    const bool long_enough = clock() - begin >= sampling.min_seconds;
    if ((enough && long_enough) || out_of_time || drawn.size() >= most) {
      SampleSummary summary = summarise(look, enough, sampling);
      summary.warm_up = values.size() - look.values.size();
      summary.values = std::move(values);
      return summary;
    }
    // Few looks keep the interval honest: each one is a chance to stop at a lucky moment.
    next_look = std::min(most, drawn.size() + (drawn.size() + 1) / 2);
  }
}

SampleSummary summarise(std::vector<double> values, std::size_t counted_from,
                        const Sampling& sampling) {
  if (counted_from >= values.size()) throw std::runtime_error("no sample was drawn");
  for (const double value : values) {
    if (!std::isfinite(value)) throw std::runtime_error("a sample is no finite number");
  }
  Look look{std::span(values).subspan(counted_from), true, 0, 0, std::nullopt};
  look.median = median_of(look.values);
  // Of fewer, what looks like correlation is chance.
  if (look.values.size() >= sampling.min_samples) look.correlation = rank_correlation(look.values);
  look.interval = median_interval(look.values, look.correlation, alpha);
  SampleSummary summary = summarise(look, true, sampling);
  summary.warm_up = counted_from;
  summary.values = std::move(values);
  return summary;
}

}  // namespace plumbline
