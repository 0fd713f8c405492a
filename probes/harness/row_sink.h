#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "probes/harness/case_run.h"
#include "results/schema/course.h"
#include "results/schema/device.h"
#include "results/schema/measurement.h"
#include "results/schema/metric_meaning.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// Where the rows of a probe go: the tables of one folder. Without a folder they are shown only.
class RowSink {
 public:
  RowSink() = default;
  /// Makes the folder if it is not there.
  explicit RowSink(const std::filesystem::path& folder, bool keep_samples);

  /// Cases that have a row of this task already, with its attempt: what --skip-done leaves out.
  std::set<std::pair<std::string, std::uint64_t>> done(const std::string& task) const;

  /// Writes the samples (if they are kept) and how the value went over time, then the row: where
  /// the row is, they are too.
  void write(const Measurement& row, const CaseResult& result);

  /// Appends those that are not in the tables yet.
  void write(std::span<const Device> devices);
  void write(std::span<const ContextEntry> context);
  void write(std::span<const MetricMeaning> metrics);

  /// The cut last line of an earlier writer, set aside; "" if there was none.
  std::string torn_line() const { return rows_ ? rows_->torn_line() : std::string(); }

 private:
  std::optional<RunDirectory> run_;
  std::unique_ptr<CsvAppender<Measurement>> rows_;
  std::unique_ptr<CsvAppender<Sample>> samples_;
  std::unique_ptr<CsvAppender<Course>> courses_;  ///< from the first one on
};

}  // namespace plumbline
