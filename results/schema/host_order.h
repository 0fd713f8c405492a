#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "results/schema/measurement.h"

namespace plumbline {

/// What read_by_host found beside the rows it handed on.
struct HostOrderReport {
  std::size_t rows = 0;
  std::size_t hosts = 0;
  std::vector<std::string> torn_lines;  ///< "file: the cut line"
  std::vector<std::string> bad_rows;    ///< "file:line: column: found ..., expected ..."
};

/// Reads any number of measurements.csv files and hands on all rows of one host at a time, hosts in
/// order of their names, rows in the order of the files. Memory is that of one host's rows and
/// 16 bytes for each run of neighbouring rows of one host, whatever the size of the files: they are
/// read twice, first all in parallel to find where each host's rows lie, then host by host.
/// Bad rows are left out and reported. Throws FileError as read_csv does.
///
/// `look` is shown every row while the files are read for the first time, before `each` is called:
/// for what is about several hosts. It is called by several threads at once, in any order.
HostOrderReport read_by_host(
    std::span<const std::filesystem::path> files,
    const std::function<void(const std::string& host, std::span<const Measurement> rows)>& each,
    const std::function<void(const Measurement&)>& look = {});

}  // namespace plumbline
