#pragma once

#include "reports/formats/replaced_table.h"
#include "reports/formats/report_writer.h"

namespace plumbline {

namespace junit {
/// Up to so many nodes with all their findings. Of more nodes only what is not PASS: continuous
/// integration refuses files of some ten megabytes.
inline constexpr std::size_t whole_nodes = 64;
/// Cases of one node that are not PASS.
inline constexpr std::size_t most_cases = 1000;
}  // namespace junit

/// The JUnit XML that Jenkins and GitLab read: a node is a suite, a finding a case. FAIL is a
/// failure; MISSING and INCONCLUSIVE are errors of these types, as what could not be tested is no
/// success; UNJUDGED is skipped; WARN passes, with its sentence as output. The suite
/// `verdicts` is what the nodes came to, `plumbline` what is of no node.
class JUnitFile final : public ReportWriter {
 public:
  JUnitFile(const std::filesystem::path& file, const ReportOrigin& origin);
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
  ReplacedFile out_;
  std::string time_;  ///< of the report, as JUnit writes it
  std::size_t nodes_ = 0;
  std::string whole_;  ///< the first nodes with all findings, as long as they may be all
  std::string short_;  ///< and with what is not PASS
  std::vector<Finding> of_no_node_;
};

}  // namespace plumbline
