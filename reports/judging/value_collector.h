#pragma once

#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reports/pages/fleet_values.h"
#include "results/schema/finding.h"

namespace plumbline {

/// Gathers what every node measured, node by node, into a matrix that fits into the report: all
/// values as long as they are few enough, else the worst of each metric.
class ValueCollector {
 public:
  static constexpr std::size_t most_values = 2'500'000;  ///< 2,000 nodes x 1,250 series
  /// A series that fewer of the nodes of its type have is no column.
  static constexpr double least_share = 0.2;

  /// The findings of the next node of Evidence::nodes.
  void add(const NodeVerdict& node, std::span<const Finding> findings);

  FleetValues finish();

 private:
  struct Column {
    ValueSeries series;
    std::vector<std::pair<std::uint32_t, float>> values;  ///< node, value
  };
  Column& column_of(const Finding& finding);
  void add_to_worst(const Finding& finding, std::uint32_t node);

  std::uint32_t nodes_ = 0;
  std::map<std::string, std::uint32_t> nodes_of_type_;
  bool all_are_kept_ = true;
  std::size_t kept_ = 0;
  std::vector<Column> columns_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::size_t expected_next_ = 0;  ///< nodes are alike: the column after the last one
  using Worst = std::map<std::pair<std::string, std::string>, Column>;  ///< by type and metric
  Worst worst_;
  Worst::iterator last_worst_ = worst_.end();  ///< findings of one metric stand together
};

}  // namespace plumbline
