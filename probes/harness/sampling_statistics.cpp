#include "probes/harness/sampling_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace plumbline {
namespace {

constexpr double mad_to_sigma = 1.4826;

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

/// Mid-ranks minus their mean.
std::vector<double> centred_ranks(std::span<const double> values) {
  const std::size_t n = values.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(n);
  for (std::size_t begin = 0; begin < n;) {
    std::size_t end = begin + 1;
    while (end < n && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end - 1) / 2 - static_cast<double>(n - 1) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

/// Means of consecutive batches; what does not fill a batch is dropped at the front.
std::vector<double> batch_means(std::span<const double> values, std::size_t batch) {
  std::vector<double> means;
  for (std::size_t begin = values.size() % batch; begin < values.size(); begin += batch) {
    const auto part = values.subspan(begin, batch);
    means.push_back(std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(batch));
  }
  return means;
}

std::optional<SampleInterval> order_interval(std::span<const double> values, double alpha) {
  const auto ranks = ranks_of_median(values.size(), alpha);
  if (!ranks) return std::nullopt;
  const std::vector<double> in_order = sorted(values);
  return SampleInterval{in_order[ranks->low - 1], in_order[ranks->high - 1]};
}

}  // namespace

std::optional<MedianRanks> ranks_of_median(std::size_t n, double alpha) {
  const double size = static_cast<double>(n);
  double log_choose = 0;  // log of n over k
  double cumulative = 0;
  std::size_t low = 0;
  for (std::size_t k = 0; k < n; ++k) {
    cumulative += std::exp(log_choose - size * std::log(2.0));
    if (2 * cumulative > alpha) break;
    low = k + 1;
    log_choose += std::log(size - static_cast<double>(k)) - std::log(static_cast<double>(k) + 1);
  }
  if (low == 0) return std::nullopt;
  return MedianRanks{low, n + 1 - low};
}

double median_of(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  const auto middle = copy.begin() + static_cast<std::ptrdiff_t>(copy.size() / 2);
  std::nth_element(copy.begin(), middle, copy.end());
  if (copy.size() % 2 == 1) return *middle;
  return (*std::max_element(copy.begin(), middle) + *middle) / 2;
}

double mad_of(std::span<const double> values, double center) {
  std::vector<double> deviations(values.size());
  std::transform(values.begin(), values.end(), deviations.begin(),
                 [&](double value) { return std::abs(value - center); });
  return median_of(deviations);
}

WarmUp mser(std::span<const double> values) {
  const std::size_t n = values.size();
  const std::size_t cuts = std::max<std::size_t>(1, n / 2);
  // From the back, so that each cut adds one value to a running mean and sum of squares (Welford).
  std::vector<double> criterion(cuts);
  double mean = 0, squares = 0;
  for (std::size_t count = 1; count <= n; ++count) {
    const std::size_t first = n - count;
    const double delta = values[first] - mean;
    mean += delta / static_cast<double>(count);
    squares += delta * (values[first] - mean);
    if (first < cuts) {
      criterion[first] = squares / (static_cast<double>(count) * static_cast<double>(count));
    }
  }
  const auto best = std::min_element(criterion.begin(), criterion.end());
  const auto cut = static_cast<std::size_t>(best - criterion.begin());
  return {cut, cuts == 1 || cut + 1 < cuts};
}

WarmUp robust_mser5(std::span<const double> values) {
  constexpr std::size_t batch = 5;
  const std::size_t batches = values.size() / batch;
  if (batches < 2) return {0, true};
  std::vector<double> medians(batches);
  for (std::size_t i = 0; i < batches; ++i)
    medians[i] = median_of(values.subspan(i * batch, batch));
  const auto second_half = std::span(medians).subspan(batches / 2);
  const double center = median_of(second_half);
  const double reach = 8 * mad_to_sigma * mad_of(second_half, center);
  if (reach > 0) {
    for (double& value : medians) value = std::clamp(value, center - reach, center + reach);
  }
  const WarmUp cut = mser(medians);
  return {cut.count * batch, cut.steady};
}

double rank_correlation(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < 3) return 0;
  const std::vector<double> ranks = centred_ranks(values);
  const double squares = std::inner_product(ranks.begin(), ranks.end(), ranks.begin(), 0.0);
  if (squares == 0) return 0;
  const double products =
      std::inner_product(ranks.begin(), ranks.end() - 1, ranks.begin() + 1, 0.0);
  const double rho = products / squares;
  return rho + (1 + 4 * rho) / static_cast<double>(n);
}

std::optional<SampleInterval> median_interval(std::span<const double> values, double correlation,
                                              double alpha) {
  if (values.empty()) return std::nullopt;
  std::optional<SampleInterval> interval;
  if (correlation > 2 / std::sqrt(static_cast<double>(values.size()))) {
    constexpr double most = 0.97;
    constexpr std::size_t fewest_batches = 12;
    const double rho = std::min(correlation, most);
    const auto batch = static_cast<std::size_t>(std::ceil((1 + rho) / (1 - rho)));
    if (values.size() / batch < fewest_batches) return std::nullopt;
    interval = order_interval(batch_means(values, batch), alpha);
  } else {
    interval = order_interval(values, alpha);
  }
  if (interval) {
    const double median = median_of(values);
    interval = SampleInterval{std::min(interval->low, median), std::max(interval->high, median)};
  }
  return interval;
}

bool is_bimodal(std::span<const double> values, double smallest_gap) {
  const std::size_t n = values.size();
  const std::size_t side = std::max<std::size_t>(1, (n + 9) / 10);
  if (n < 2 * side || n < 10) return false;
  const std::vector<double> in_order = sorted(values);
  double largest = 0;
  std::size_t at = 0;  // values below the largest gap
  for (std::size_t i = 1; i < n; ++i) {
    if (in_order[i] - in_order[i - 1] > largest) {
      largest = in_order[i] - in_order[i - 1];
      at = i;
    }
  }
  const double mad = mad_of(values, median_of(values));
  return at >= side && n - at >= side && largest > std::max(4 * mad, smallest_gap);
}

}  // namespace plumbline
