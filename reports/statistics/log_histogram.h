#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace plumbline {

/// Counts values above 0 in buckets of equal ratio (Masson, Rim and Lee, DDSketch, 2019): a
/// quantile is within `error`, relative, of a value of that rank, whatever the order of the values,
/// and histograms add up exactly.
class LogHistogram {
 public:
  /// `error` lies between 0 and 1. Throws std::invalid_argument.
  explicit LogHistogram(double error = 0.0005);

  /// False, and nothing is counted, for what is no positive finite number.
  bool add(double value, std::uint64_t times = 1);
  /// Throws std::invalid_argument if the other has another error.
  void merge(const LogHistogram& other);

  std::uint64_t count() const { return count_; }
  double error() const { return error_; }
  /// The p quantile, 0 to 1; NaN of none.
  double quantile(double p) const;

  struct Bucket {
    std::int64_t index = 0;
    std::uint64_t count = 0;

    bool operator==(const Bucket&) const = default;
  };
  /// Those that are not empty, ascending: what a table of history holds.
  std::vector<Bucket> buckets() const;
  void add_bucket(const Bucket& bucket);

  bool operator==(const LogHistogram& other) const;

 private:
  double error_;
  double log_gamma_;
  std::int64_t first_ = 0;  ///< index of the first bucket
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
};

}  // namespace plumbline
