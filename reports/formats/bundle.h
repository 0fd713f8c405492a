#pragma once

#include <map>
#include <vector>

#include "reports/formats/report_writer.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// One node's evidence in a tar.gz, for its vendor: on top findings.md with what the node is, what
/// is wrong and how to repeat it; then its rows, findings, devices, software, journal and logs.
/// Nothing of other nodes is in it, except their names where a path ends at them.
class BundleFile final : public ReportWriter {
 public:
  BundleFile(std::filesystem::path file, std::string node, std::vector<RunDirectory> runs,
             ReportOrigin origin)
      : file_(std::move(file)),
        node_(std::move(node)),
        runs_(std::move(runs)),
        origin_(std::move(origin)) {}
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  /// False if there is no such node.
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
  std::string node_;
  std::vector<RunDirectory> runs_;
  ReportOrigin origin_;
  bool found_ = false;
  std::vector<Finding> findings_;
  std::vector<Measurement> rows_;
};

}  // namespace plumbline
