#pragma once

#include <filesystem>
#include <string_view>

#include "results/schema/time.h"

struct archive;

namespace plumbline {

/// A tar.gz of small files, by libarchive. It is written beside the old file and takes its place
/// whole; without commit() the old file stays.
class Archive {
 public:
  /// Throws std::runtime_error if it cannot be written, or if there is no libarchive in this build.
  /// All files in it are of `time`, so that the same files are the same bytes.
  Archive(const std::filesystem::path& file, WallTime time);
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive();

  void add(const std::filesystem::path& name, std::string_view bytes);
  void commit();

 private:
  std::filesystem::path file_;
  std::filesystem::path beside_;
  WallTime time_;
  ::archive* archive_ = nullptr;
  bool committed_ = false;
};

}  // namespace plumbline
