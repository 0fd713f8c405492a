#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

#include "results/schema/measurement.h"

namespace plumbline {

/// One row as one line of the console's table, without line end.
std::string console_line(const Measurement& row, std::size_t name_width);

/// Google Benchmark's display, in our columns: median, interval, samples, flags instead of times.
/// The rows themselves are printed by the case that measured them, so nothing is left to do here.
class ConsoleTable final : public benchmark::BenchmarkReporter {
 public:
  explicit ConsoleTable(std::string title) : title_(std::move(title)) {}
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>&) override {}

  void add(const Measurement& row);

 private:
  std::string title_;
  std::size_t name_width_ = 10;
};

}  // namespace plumbline
