#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace plumbline {

// The statistics of one case's samples; pure functions.

/// Order statistics that bound a median, counted from 1.
struct MedianRanks {
  std::size_t low;
  std::size_t high;
};

/// The distribution-free interval of the median of n values: the largest l with
/// 2 P(Bin(n, 1/2) <= l - 1) <= alpha, and n + 1 - l. Nothing if n is too small (n < 8 at 1 %).
std::optional<MedianRanks> ranks_of_median(std::size_t n, double alpha);

/// Median of a copy; the mean of the two middle values for an even count. `values` is not empty.
double median_of(std::span<const double> values);

/// Raw median absolute deviation from `center`; without the factor 1.4826.
double mad_of(std::span<const double> values, double center);

/// How many values to cut off at the front.
struct WarmUp {
  std::size_t count;
  bool
      steady;  ///< false: the cut is the largest that the rule looks at, so more samples are needed
};

/// MSER (White 1997) on values or batches of values: the cut d < n / 2 that minimises
/// sum (y - mean)^2 / (n - d)^2 over the rest; the smallest d wins ties.
WarmUp mser(std::span<const double> values);

/// Robust MSER-5: MSER on the medians of batches of five, winsorised to m +- 8 s, where m and s
/// (1.4826 MAD) are those of the second half. Fewer than 10 values are never cut.
WarmUp robust_mser5(std::span<const double> values);

/// Lag-1 autocorrelation of the mid-ranks, corrected for its bias: rho + (1 + 4 rho) / n. 0 when
/// all values are equal.
double rank_correlation(std::span<const double> values);

struct SampleInterval {
  double low;
  double high;
};

/// The 1 - alpha interval of the median. Where `correlation` (of rank_correlation) exceeds
/// 2 / sqrt(n), the interval is that of the means of consecutive batches long enough to be nearly
/// independent; nothing with fewer than 12 of them. Always contains the median.
std::optional<SampleInterval> median_interval(std::span<const double> values, double correlation,
                                              double alpha);

/// True if the largest gap in the sorted values is wider than 4 MAD and than `smallest_gap`, with
/// at least 10 % of the values on each side: two states of the machine, not one.
bool is_bimodal(std::span<const double> values, double smallest_gap);

}  // namespace plumbline
