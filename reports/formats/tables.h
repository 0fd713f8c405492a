#pragma once

#include <filesystem>
#include <optional>
#include <span>

#include "reports/formats/replaced_table.h"
#include "reports/formats/report_writer.h"
#include "results/schema/path_value.h"
#include "results/schema/suspected_node.h"

namespace plumbline {

/// findings.csv: every finding.
class FindingsTable final : public ReportWriter {
 public:
  explicit FindingsTable(const std::filesystem::path& file) : file_(file), table_(file) {}
  std::string text_of(const NodeEvaluation& node) const override;
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
  ReplacedTable<Finding> table_;
};

/// nodes.csv: the verdict of every node, as it is when all is known.
class NodesTable final : public ReportWriter {
 public:
  explicit NodesTable(std::filesystem::path file) : file_(std::move(file)) {}
  void add(const NodeEvaluation&, std::span<const Measurement>, const std::string&) override {}
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
};

/// A table of nodes that are to be measured again, in the place of what the file was.
void write_suspects(const std::filesystem::path& file, std::span<const SuspectedNode> nodes);

/// suspects.csv, if hosts were measured in pairs.
class SuspectsTable final : public ReportWriter {
 public:
  explicit SuspectsTable(std::filesystem::path file) : file_(std::move(file)) {}
  void add(const NodeEvaluation&, std::span<const Measurement>, const std::string&) override {}
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
};

/// pairs.csv: the paths, if there are any.
class PairsTable final : public ReportWriter {
 public:
  explicit PairsTable(std::filesystem::path file) : file_(std::move(file)) {}
  std::string text_of(const NodeEvaluation& node) const override;
  void add(const NodeEvaluation& node, std::span<const Measurement> rows,
           const std::string& text) override;
  bool finish(const Judgement& judgement) override;
  const std::filesystem::path& file() const override { return file_; }

 private:
  std::filesystem::path file_;
  std::optional<ReplacedTable<PathValue>> table_;  ///< from the first path on
};

/// The path that a finding is about: of two ends, or of a GPU and its host's memory. Nothing if it
/// is about something else, or no rate or latency.
std::optional<PathValue> path_value(const Finding& f);

}  // namespace plumbline
