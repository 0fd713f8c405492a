#pragma once

#include "reports/formats/replaced_table.h"
#include "reports/formats/report_writer.h"
#include "reports/judging/worst_findings.h"

namespace plumbline {

namespace markdown {
/// A ticket that nobody reads to its end helps nobody.
inline constexpr std::size_t most_findings = 50;
inline constexpr std::size_t most_nodes = 50;
}  // namespace markdown

/// findings.md, to paste into a ticket: the verdict, the nodes that are not accepted, the worst
/// findings with value, expectation and its source, what to do, and the command that repeats it.
class FindingsMarkdown final : public ReportWriter {
 public:
  FindingsMarkdown(std::filesystem::path file, ReportOrigin origin)
      : file_(std::move(file)), origin_(std::move(origin)), worst_(markdown::most_findings) {}
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
  ReportOrigin origin_;
  WorstFindings worst_;
};

/// Text that Markdown shows as it is, on one line.
std::string markdown_text(std::string_view text);
/// The same as code.
std::string markdown_code(std::string_view text);
/// One finding as a section.
std::string markdown_finding(const Finding& f, const std::string& run);

}  // namespace plumbline
