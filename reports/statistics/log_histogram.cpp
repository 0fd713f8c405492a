#include "reports/statistics/log_histogram.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace plumbline {

LogHistogram::LogHistogram(double error) : error_(error) {
  if (!(error > 0 && error < 1)) {
    throw std::invalid_argument("the error of a histogram lies between 0 and 1");
  }
  log_gamma_ = std::log((1 + error) / (1 - error));
}

bool LogHistogram::add(double value, std::uint64_t times) {
  if (!std::isfinite(value) || value <= 0) return false;
  add_bucket({static_cast<std::int64_t>(std::ceil(std::log(value) / log_gamma_)), times});
  return true;
}

void LogHistogram::add_bucket(const Bucket& bucket) {
  if (bucket.count == 0) return;
  if (counts_.empty()) first_ = bucket.index;
  if (bucket.index < first_) {
    counts_.insert(counts_.begin(), static_cast<std::size_t>(first_ - bucket.index), 0);
    first_ = bucket.index;
  }
  const auto place = static_cast<std::size_t>(bucket.index - first_);
  if (place >= counts_.size()) counts_.resize(place + 1, 0);
  counts_[place] += bucket.count;
  count_ += bucket.count;
}

void LogHistogram::merge(const LogHistogram& other) {
  if (other.error_ != error_) {
    throw std::invalid_argument("histograms of different error do not add up");
  }
  for (const Bucket& bucket : other.buckets()) add_bucket(bucket);
}

double LogHistogram::quantile(double p) const {
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::floor(std::clamp(p, 0.0, 1.0) * static_cast<double>(count_ - 1));
  std::uint64_t below = 0;
  std::size_t place = 0;
  while (static_cast<double>(below += counts_[place]) <= rank) ++place;
  const double index = static_cast<double>(first_) + static_cast<double>(place);
  return 2 * std::exp(index * log_gamma_) / (1 + std::exp(log_gamma_));
}

std::vector<LogHistogram::Bucket> LogHistogram::buckets() const {
  std::vector<Bucket> filled;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > 0) filled.push_back({first_ + static_cast<std::int64_t>(i), counts_[i]});
  }
  return filled;
}

bool LogHistogram::operator==(const LogHistogram& other) const {
  return error_ == other.error_ && buckets() == other.buckets();
}

}  // namespace plumbline
