#include "reports/judging/distribution_collector.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "reports/evaluation/expectations.h"
#include "reports/statistics/median.h"
#include "reports/statistics/outlier.h"
#include "reports/statistics/quantile.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr std::size_t exact_bytes = 64 << 10;  // of values; within 0.05 % beyond
constexpr std::size_t most_named = 64;
constexpr std::uint64_t least_for_outliers = 5;

/// What is measured, and not what tells how it was measured or what others make of it.
bool is_distributed(const Finding& f) {
  return f.value && *f.value >= 0 && std::isfinite(*f.value) && f.better != Better::exact &&
         !f.metric.starts_with("runner.");
}

/// In which round of a tournament a pair met does not name the work.
constexpr std::string_view not_work = "round";

MetricDistribution describe(const Finding& f, const std::string& subject_class) {
  MetricDistribution told;
  told.metric = f.metric;
  told.unit = f.unit;
  told.better = f.better;
  told.instance_type = f.instance_type;
  told.subject_class = subject_class;
  told.bytes = f.bytes;
  told.params = f.params;
  told.params.erase(not_work);
  told.expected = parse_number(f.expected);
  told.low = f.low;
  told.high = f.high;
  return told;
}

}  // namespace

struct DistributionCollector::Gathered {
  MetricDistribution told;
  QuantileCollector positive{exact_bytes};
  std::uint64_t zeros = 0;
  std::string last_host;
  std::string expected;  ///< of the first; limits hold if those of all agree
  bool is_mixed = false;
  bool is_trimmed = false;

  bool worse(const NamedValue& a, const NamedValue& b) const {
    const double sign = told.better == Better::lower ? -1 : 1;
    return std::tuple(sign * a.value, std::string_view(a.host), std::string_view(a.subject)) <
           std::tuple(sign * b.value, std::string_view(b.host), std::string_view(b.subject));
  }

  /// Most values of a large fleet are not among the worst, and cost nothing then.
  void name(const Finding& f) {
    auto& named = told.values_by_rank;
    const double sign = told.better == Better::lower ? -1 : 1;
    if (is_trimmed && sign * *f.value > sign * named[most_named - 1].value) return;
    named.push_back({f.host, path_of(f), *f.value, f.verdict, f.id});
    if (named.size() >= 2 * most_named) keep_the_worst();
  }

  void keep_the_worst() {
    auto& named = told.values_by_rank;
    const auto by_rank = [this](const NamedValue& a, const NamedValue& b) { return worse(a, b); };
    if (named.size() > most_named) {
      std::nth_element(named.begin(), named.begin() + most_named, named.end(), by_rank);
      named.resize(most_named);
      is_trimmed = true;
    }
    std::sort(named.begin(), named.end(), by_rank);
  }

  /// Zeros are no logarithm: they stand below the rest.
  void find_quantiles() {
    std::vector<double> shares;
    std::size_t of_zeros = 0;
    const double last = static_cast<double>(told.values - 1);
    const double last_positive = static_cast<double>(positive.count()) - 1;
    for (const double share : distribution_shares) {
      const double rank = share * last - static_cast<double>(zeros);
      if (rank < 0 || positive.count() == 0) {
        ++of_zeros;
      } else {
        shares.push_back(last_positive > 0 ? std::min(1.0, rank / last_positive) : 0);
      }
    }
    told.quantiles.assign(of_zeros, 0.0);
    const auto found = positive.quantiles(shares);
    told.quantiles.insert(told.quantiles.end(), found.begin(), found.end());
  }

  double quantile_at(double share) const {
    const auto at = std::ranges::find(distribution_shares, share) - distribution_shares.begin();
    return told.quantiles[static_cast<std::size_t>(at)];
  }

  void count_outliers() {
    const double middle = told.median();
    const double better_quarter = quantile_at(told.better == Better::lower ? 0.25 : 0.75);
    if (middle <= 0 || better_quarter <= 0) return;
    const double scale = sigma_per_mad * std::abs(std::log(better_quarter / middle));
    told.noise = scale;
    if (told.values < least_for_outliers) return;
    const CohortLevel level{0, std::max(scale, outlier::least_sigma),
                            static_cast<std::size_t>(told.values)};
    double tolerance = learned_tolerance(level);
    if (told.expected && told.better == Better::higher && told.low) {
      tolerance = std::max(tolerance, 1 - *told.low / *told.expected);
    }
    for (const NamedValue& one : told.values_by_rank) {
      const double ratio = told.better == Better::lower ? middle / one.value : one.value / middle;
      if (!is_candidate(std::log(ratio), level, tolerance)) break;
      ++told.outliers;
    }
  }
};

const std::string& DistributionCollector::class_of_path(const Finding& f) {
  if (!f.peer.empty()) return class_with_peer_ = class_of(path_of(f));
  const auto [entry, is_new] = class_of_subject_.try_emplace(f.subject);
  if (is_new) entry->second = class_of(f.subject);
  return entry->second;
}

/// Into the same text each time: there are millions of findings.
void DistributionCollector::write_key(const Finding& f, std::string_view subject_class) {
  key_ = f.metric;
  for (const std::string_view part : {std::string_view(f.instance_type), subject_class}) {
    key_ += '\x1f';
    key_ += part;
  }
  for (const auto& [param, value] : f.params) {
    if (param == not_work) continue;
    key_ += '\x1f';
    key_ += param;
    key_ += '=';
    key_ += value;
  }
  // Of fixed width, so that sizes are in order.
  const std::string bytes = std::to_string(f.bytes);
  key_ += '\x1f';
  key_.append(20 - bytes.size(), '0');
  key_ += bytes;
}

void DistributionCollector::add(const Finding& f, const Ceiling& ceiling) {
  if (!is_distributed(f)) return;
  const std::string& subject_class = class_of_path(f);
  write_key(f, subject_class);
  if (last_ == nullptr || key_ != last_key_) {
    auto& entry = gathered_[key_];
    if (!entry) {
      entry = std::make_shared<Gathered>();
      entry->told = describe(f, subject_class);
      entry->told.ceiling = ceiling(f);
      entry->expected = f.expected;
    }
    last_ = entry.get();
    last_key_ = key_;
  }
  Gathered& one = *last_;
  one.is_mixed |= f.expected != one.expected;
  one.told.simulated |= f.provenance == Provenance::simulated;
  ++one.told.values;
  if (one.told.hosts == 0 || one.last_host != f.host) {
    ++one.told.hosts;
    one.last_host = f.host;
  }
  if (*f.value == 0 || !one.positive.add(*f.value)) ++one.zeros;
  one.name(f);
}

std::vector<MetricDistribution> DistributionCollector::finish() {
  std::vector<MetricDistribution> all;
  for (const auto& [key, one] : std::map(gathered_.begin(), gathered_.end())) {
    if (one->is_mixed) {
      one->told.expected.reset();
      one->told.low.reset();
      one->told.high.reset();
    }
    one->keep_the_worst();
    one->find_quantiles();
    one->count_outliers();
    all.push_back(std::move(one->told));
  }
  gathered_.clear();
  last_ = nullptr;
  return all;
}

}  // namespace plumbline
