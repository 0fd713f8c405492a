#pragma once

#include <map>

#include "reports/formats/replaced_table.h"
#include "reports/formats/report_writer.h"
#include "reports/judging/worst_findings.h"

namespace plumbline {

/// How many series there are at most: a time-series database pays for each of them.
namespace prometheus {
inline constexpr std::size_t most_families = 100;
inline constexpr std::size_t most_nodes = 1000;    ///< that are not accepted
inline constexpr std::size_t most_findings = 200;  ///< the worst ones
inline constexpr std::size_t most_values = 2000;   ///< of one node alone
}  // namespace prometheus

/// Prometheus text for the textfile collector of node_exporter: the verdict, how many nodes and
/// findings of each kind there are, when the newest row was measured; the nodes that are not
/// accepted and the worst findings; and of a report about one node each value beside what is
/// expected of it. The number of series is bounded at any number of nodes;
/// `plumbline_left_out_series` says how many there are not.
class PrometheusFile final : public ReportWriter {
 public:
  PrometheusFile(std::filesystem::path file, const ReportOrigin& origin)
      : file_(std::move(file)), made_(origin.made), worst_(prometheus::most_findings) {}
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  using Counts = std::array<std::uint64_t, std::size(verdict_names.words)>;

  std::string nodes_text(const Judgement& judgement);
  std::string findings_text();
  std::string values_text();

  std::filesystem::path file_;
  WallTime made_;
  WallTime newest_{};
  std::map<std::string, Counts, std::less<>> families_;
  WorstFindings worst_;
  std::uint64_t bad_findings_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Finding> values_;  ///< of the first node, as long as it is the only one
  std::uint64_t left_out_ = 0;
};

}  // namespace plumbline
