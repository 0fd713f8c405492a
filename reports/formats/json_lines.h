#pragma once

#include "reports/formats/replaced_table.h"
#include "reports/formats/report_writer.h"

namespace plumbline {

/// Every finding as a JSON object on a line of its own: the columns of findings.csv, numbers as
/// numbers, params as an object; what is not known is left out.
class JsonLines final : public ReportWriter {
 public:
  explicit JsonLines(const std::filesystem::path& file) : file_(file), out_(file) {}
  std::string text_of(const NodeEvaluation& node) const override;
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
  ReplacedFile out_;
};

/// One line without its end. What is no UTF-8 becomes U+FFFD.
std::string json_line(const Finding& f);

}  // namespace plumbline
