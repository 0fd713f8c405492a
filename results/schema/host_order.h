#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "results/schema/in_order.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// What RowsByHost found beside the rows.
struct HostOrderReport {
  std::size_t rows = 0;
  std::size_t hosts = 0;
  std::vector<std::string> torn_lines;  ///< "file: the cut line"
  std::vector<std::string> bad_rows;    ///< "file:line: column: found ..., expected ..."
};

/// The rows of any number of measurements.csv files, all of one host together, whatever the order
/// of the files. Memory is that of a few hosts' rows and 16 bytes for each run of neighbouring rows
/// of one host: the files are read twice, first to find where each host's rows lie, then host by
/// host, by all threads at once.
class RowsByHost {
 public:
  /// Shown every row while the files are read for the first time, by several threads at once and in
  /// any order: for what is about several hosts.
  using Look = std::function<void(const Measurement&)>;
  /// Called by several threads at once, each for one host, with its rows in the order of the files.
  /// What it gives back is then called for one host after another, in order of their names, while
  /// the rows are still there.
  using Work = std::function<std::function<void()>(const std::string& host,
                                                   std::span<const Measurement> rows)>;

  /// Reads the files for the first time. Bad rows are left out and reported. Throws FileError as
  /// read_csv does.
  RowsByHost(std::span<const std::filesystem::path> files, const Look& look,
             std::size_t threads = all_cores());
  ~RowsByHost();

  const HostOrderReport& report() const { return report_; }
  void each(const Work& work) const;

 private:
  struct Files;

  std::unique_ptr<Files> files_;
  std::size_t threads_;
  HostOrderReport report_;
};

/// The rows of one host after another, in order of their names.
HostOrderReport read_by_host(
    std::span<const std::filesystem::path> files,
    const std::function<void(const std::string& host, std::span<const Measurement> rows)>& each);

}  // namespace plumbline
