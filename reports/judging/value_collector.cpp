#include "reports/judging/value_collector.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "reports/evaluation/series.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr float no_value = std::numeric_limits<float>::quiet_NaN();

bool is_quantity(const Finding& f) {
  return f.value && std::isfinite(*f.value) && f.better != Better::exact &&
         !f.metric.starts_with("runner.");
}

/// Up to so many nodes everyone may meet everyone; of more each meets a few, and a path to another
/// node is no column.
constexpr std::uint32_t most_that_all_meet = 32;

bool is_between_nodes(const auto& about) { return about.peer.find('/') != std::string::npos; }

bool is_about(const ValueSeries& series, const Finding& f) {
  return series.metric == f.metric && series.subject == f.subject && series.peer == f.peer &&
         series.bytes == f.bytes && series.params == f.params &&
         series.instance_type == f.instance_type;
}

std::string key_of(const Finding& f) {
  std::string key = f.instance_type;
  const std::string bytes = std::to_string(f.bytes);
  for (const std::string_view part :
       {std::string_view(f.metric), std::string_view(f.subject), std::string_view(f.peer),
        std::string_view(bytes), std::string_view(format_params(f.params))}) {
    key += '\0';
    key += part;
  }
  return key;
}

ValueSeries series_of_finding(const Finding& f) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  ValueSeries series;
  series.instance_type = f.instance_type;
  series.metric = f.metric;
  series.subject = f.subject;
  series.peer = f.peer;
  series.bytes = f.bytes;
  series.params = f.params;
  series.unit = f.unit;
  series.better = f.better;
  series.expected = parse_number(f.expected).value_or(unknown);
  series.low = f.low.value_or(unknown);
  series.high = f.high.value_or(unknown);
  return series;
}

bool comes_before(const ValueSeries& a, const ValueSeries& b) {
  if (a.instance_type != b.instance_type) return a.instance_type < b.instance_type;
  if (a.metric != b.metric) return a.metric < b.metric;
  if (a.params != b.params) return a.params < b.params;
  if (a.subject != b.subject) return natural_less(a.subject, b.subject);
  if (a.peer != b.peer) return natural_less(a.peer, b.peer);
  return a.bytes < b.bytes;
}

}  // namespace

ValueCollector::Column& ValueCollector::column_of(const Finding& finding) {
  if (expected_next_ < columns_.size() && is_about(columns_[expected_next_].series, finding)) {
    return columns_[expected_next_++];
  }
  const auto [found, is_new] = by_key_.emplace(key_of(finding), columns_.size());
  if (is_new) columns_.push_back({series_of_finding(finding), {}});
  expected_next_ = found->second + 1;
  return columns_[found->second];
}

void ValueCollector::add_to_worst(const Finding& finding, std::uint32_t node) {
  if (last_worst_ == worst_.end() || last_worst_->first.second != finding.metric ||
      last_worst_->first.first != finding.instance_type) {
    last_worst_ = worst_.try_emplace({finding.instance_type, finding.metric}).first;
  }
  Column& column = last_worst_->second;
  const auto share = static_cast<float>(1 - *finding.deficit);
  if (column.values.empty() || column.values.back().first != node) {
    column.values.emplace_back(node, share);
  } else {
    column.values.back().second = std::min(column.values.back().second, share);
  }
}

void ValueCollector::add(const NodeVerdict& node, std::span<const Finding> findings) {
  ++nodes_of_type_[node.instance_type];
  expected_next_ = 0;
  for (const Finding& finding : findings) {
    if (!is_quantity(finding)) continue;
    if (finding.deficit && std::isfinite(*finding.deficit)) add_to_worst(finding, nodes_);
    if (!all_are_kept_ || (nodes_ >= most_that_all_meet && is_between_nodes(finding))) continue;
    column_of(finding).values.emplace_back(nodes_, static_cast<float>(*finding.value));
    ++kept_;
  }
  ++nodes_;
  if (all_are_kept_ && kept_ > most_values) {
    all_are_kept_ = false;
    columns_ = {};
    by_key_ = {};
  }
}

FleetValues ValueCollector::finish() {
  FleetValues all;
  if (nodes_ < 2) return all;
  all.worst_of_metric = !all_are_kept_;
  if (!all_are_kept_) {
    for (auto& [name, column] : worst_) {
      column.series.instance_type = name.first;
      column.series.metric = name.second;
      column.series.expected = 1;
      column.series.low = column.series.high = no_value;
      columns_.push_back(std::move(column));
    }
  }
  for (Column& column : columns_) {
    const auto of_type = static_cast<double>(nodes_of_type_[column.series.instance_type]);
    if (static_cast<double>(column.values.size()) < least_share * of_type) continue;
    if (nodes_ > most_that_all_meet && is_between_nodes(column.series)) continue;
    column.series.values.assign(nodes_, no_value);
    for (const auto& [node, value] : column.values) column.series.values[node] = value;
    column.values = {};
    all.series.push_back(std::move(column.series));
  }
  std::ranges::sort(all.series, comes_before);
  return all;
}

}  // namespace plumbline
