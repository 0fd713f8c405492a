#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/pages/metric_distribution.h"
#include "results/schema/finding.h"
#include "results/schema/text.h"

namespace plumbline {

/// Gathers the values of each metric over the whole fleet, one host after the other. Its memory
/// grows with the number of metrics and not with that of the hosts.
class DistributionCollector {
 public:
  using Ceiling = std::function<std::optional<double>(const Finding&)>;

  /// Takes a finding that has a value that is more or less good; others are left out. `ceiling` is
  /// asked once for each metric. All findings of a host come in a row.
  void add(const Finding& finding, const Ceiling& ceiling);

  /// In order of metric, type, subject class, params and size.
  std::vector<MetricDistribution> finish();

 private:
  struct Gathered;
  const std::string& class_of_path(const Finding& finding);
  void write_key(const Finding& finding, std::string_view subject_class);

  std::unordered_map<Text, std::string> class_of_subject_;
  std::string class_with_peer_;
  std::string key_;
  std::string last_key_;
  Gathered* last_ = nullptr;  ///< neighbours are often of one metric
  std::unordered_map<std::string, std::shared_ptr<Gathered>> gathered_;
};

}  // namespace plumbline
