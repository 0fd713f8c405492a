#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/measurement.h"
#include "results/schema/params.h"

namespace plumbline {

/// The shares of the values at which a distribution says how large they are, ascending: closer
/// together where they tell most.
inline constexpr std::array distribution_shares = {
    0.0,  0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05,  0.075, 0.1,   0.15, 0.2,
    0.25, 0.3,   0.35,  0.4,   0.45, 0.5,  0.55, 0.6,   0.65,  0.7,   0.75, 0.8,
    0.85, 0.9,   0.925, 0.95,  0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 1.0};

/// The value of one subject of one host.
struct NamedValue {
  std::string host;
  std::string subject;  ///< with its peer: "gpu0>gpu3"
  double value = 0;
  Verdict verdict = Verdict::unjudged;
  std::string finding;  ///< its id
};

/// All values of one metric over the whole fleet: of subjects of one class doing the same work on
/// machines of one type.
struct MetricDistribution {
  std::string metric;
  std::string unit;
  Better better = Better::higher;
  std::string instance_type;
  std::string subject_class;  ///< "gpu>gpu"
  std::uint64_t bytes = 0;
  Params params;
  bool simulated = false;

  std::uint64_t values = 0;
  std::uint64_t hosts = 0;
  std::vector<double> quantiles;           ///< at distribution_shares
  std::vector<NamedValue> values_by_rank;  ///< the worst first; all of them where there are few
  /// How many of these lie so far from the others that chance does not explain it.
  std::size_t outliers = 0;
  double noise = 0;  ///< sigma of the better half, relative to the median

  // Of the baseline, in `unit`; empty where there is none or where subjects of the class differ.
  std::optional<double> expected;
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> ceiling;

  double median() const { return quantiles[distribution_shares.size() / 2]; }
  bool is_complete() const { return values_by_rank.size() == values; }
};
static_assert(distribution_shares[distribution_shares.size() / 2] == 0.5);

}  // namespace plumbline
