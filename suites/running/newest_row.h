#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "results/schema/measurement.h"

namespace plumbline {

/// Follows a growing measurements.csv: each look reads only what is new since the look before.
class NewestRow {
 public:
  /// Rows that the file has already do not count.
  explicit NewestRow(std::filesystem::path file);

  /// The last whole row that came since the beginning; nothing if none came. A file that cannot be
  /// read gives nothing new: this is a view, the file is judged elsewhere.
  const std::optional<Measurement>& look();

  std::uint64_t rows() const { return rows_; }  ///< as of the last look

 private:
  std::filesystem::path file_;
  std::uint64_t offset_ = 0;
  std::uint64_t rows_ = 0;
  std::optional<Measurement> newest_;
};

}  // namespace plumbline
