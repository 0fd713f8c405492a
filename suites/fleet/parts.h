#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "results/schema/run_directory.h"
#include "suites/fleet/frame.h"

namespace plumbline {

/// What hosts have sent of their folders: <run>/parts/<task>/<host>/..., byte for byte. The tables
/// of the run are made of them.
class Parts {
 public:
  explicit Parts(const RunDirectory& run);

  /// Of a frame that brings bytes. Throws std::runtime_error for a file outside of the folder, and
  /// where bytes before these are missing.
  void write(const Frame& frame);

  /// The files of one task of one host, by their path, so that it can go on where it was. A last
  /// line that was cut is left out.
  std::map<std::string, std::string> files(const std::string& task, const std::string& host) const;

  std::filesystem::path folder(const std::string& task, const std::string& host) const;

  /// The runner's own rows, about tasks that did not go well.
  std::filesystem::path own_rows() const { return root_ / "runner" / "measurements.csv"; }

  /// Makes the run's measurements.csv, samples.csv, courses.csv, devices.csv, context.csv and
  /// metrics.csv anew from all parts; what several parts say alike about devices, context and
  /// metrics stands once. Returns sentences about files that are not as this version writes them
  /// and are left out.
  std::vector<std::string> merge() const;
  /// measurements.csv alone, while the run goes on.
  std::vector<std::string> merge_measurements() const;

 private:
  RunDirectory run_;
  std::filesystem::path root_;
};

}  // namespace plumbline
