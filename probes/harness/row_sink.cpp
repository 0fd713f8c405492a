#include "probes/harness/row_sink.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace plumbline {
namespace {

template <class Record>
void append_new(const std::filesystem::path& file, std::span<const Record> records) {
  if (records.empty()) return;
  CsvAppender<Record> appender(file);
  const std::vector<Record> known = read_all<Record>(file);
  std::vector<Record> fresh;
  for (const Record& record : records) {
    if (std::find(known.begin(), known.end(), record) == known.end()) fresh.push_back(record);
  }
  appender.append(fresh);
}

}  // namespace

RowSink::RowSink(const std::filesystem::path& folder, bool keep_samples)
    : run_(RunDirectory::at(folder)) {
  std::filesystem::create_directories(run_->path());
  rows_ = std::make_unique<CsvAppender<Measurement>>(run_->measurements());
  if (keep_samples) samples_ = std::make_unique<CsvAppender<Sample>>(run_->samples());
}

std::set<std::pair<std::string, std::uint64_t>> RowSink::done(const std::string& task) const {
  std::set<std::pair<std::string, std::uint64_t>> cases;
  if (!rows_) return cases;
  read_csv<Measurement>(run_->measurements(), [&](const Measurement& row) {
    if (row.task == task) cases.emplace(row.case_name, row.attempt);
  });
  return cases;
}

void RowSink::write(const Measurement& row, const CaseResult& result) {
  const SampleSummary& summary = result.summary;
  if (samples_ && !summary.values.empty()) {
    std::vector<Sample> samples;
    samples.reserve(summary.values.size());
    for (std::size_t i = 0; i < summary.values.size(); ++i) {
      samples.push_back({row.host, row.case_name, row.metric, row.attempt, i, i < summary.warm_up,
                         summary.values[i]});
    }
    samples_->append(samples);
  }
  if (run_ && !result.over_time.means.empty()) {
    if (!courses_) courses_ = std::make_unique<CsvAppender<Course>>(run_->courses());
    courses_->append(Course{row.host, row.case_name, row.metric, row.attempt,
                            result.over_time.step_s, result.over_time.means});
  }
  if (rows_) rows_->append(row);
}

void RowSink::write(std::span<const Device> devices) {
  if (rows_) append_new(run_->devices(), devices);
}

void RowSink::write(std::span<const ContextEntry> context) {
  if (rows_) append_new(run_->context(), context);
}

void RowSink::write(std::span<const MetricMeaning> metrics) {
  if (rows_) append_new(run_->metrics(), metrics);
}

}  // namespace plumbline
