#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reports/judging/judge_runs.h"
#include "results/schema/time.h"

namespace plumbline {

/// One file beside the HTML report. It is written while the hosts are judged, so that its writer
/// needs no memory that grows with the rows.
class ReportWriter {
 public:
  virtual ~ReportWriter() = default;

  /// What the file says about a host, as judge_runs() gives it; what is of no node has no host in
  /// its verdict. Called by several threads at once.
  virtual std::string text_of(const NodeEvaluation&) const { return {}; }
  /// Called for one host after another, in order of their names, with what text_of() gave.
  virtual void add(const NodeEvaluation& node, std::span<const Measurement> rows,
                   const std::string& text) = 0;
  /// Writes what is known at the end and puts the file in its place. False if there is nothing to
  /// say, and then no file. Throws std::system_error if it cannot be written.
  virtual bool finish(const Judgement& judgement) = 0;

  virtual const std::filesystem::path& file() const = 0;
};

/// What the files say about the report itself.
struct ReportOrigin {
  std::vector<std::string> runs;  ///< their names
  WallTime made{};
};

/// Which files there are to be; an empty path: not this one.
struct ReportFiles {
  std::filesystem::path findings;  ///< findings.csv
  std::filesystem::path nodes;     ///< nodes.csv
  std::filesystem::path pairs;     ///< pairs.csv
  std::filesystem::path suspects;  ///< suspects.csv
  std::filesystem::path markdown;  ///< findings.md
  std::filesystem::path junit;
  std::filesystem::path prometheus;
  std::filesystem::path json_lines;
};

/// A writer for each file, in the order in which a reader looks for them.
std::vector<std::unique_ptr<ReportWriter>> report_writers(const ReportFiles& files,
                                                          const ReportOrigin& origin);

}  // namespace plumbline
