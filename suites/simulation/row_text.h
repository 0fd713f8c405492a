#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "results/schema/measurement.h"

namespace plumbline::simulation {

/// The values of one row that change from row to row.
struct RowValues {
  double median = 0;
  double within = 0;  ///< relative spread of the samples
  std::uint64_t samples = 1;
  bool has_interval = false;  ///< false: a fact, whose one sample is its value
};

/// A row of measurements.csv as text of which most cells are written once and copied: a fleet has
/// millions of rows that differ in host, time and values alone. The text is what csv_line() makes.
class RowText {
 public:
  explicit RowText(const Measurement& row);

  /// What all rows of one host and moment begin with: schema, run, time and host.
  static std::string head(std::string_view run, WallTime time, std::string_view host);

  /// Appends the line with the values, the attempt, and the task of the row.
  void append(std::string_view head, const RowValues& values, std::uint64_t attempt,
              std::string& lines) const;

  /// The same for a path to another host, of whose case the row has the part before the peer; both
  /// are plain names.
  void append_path(std::string_view head, const RowValues& values, std::string_view peer,
                   std::string_view task, std::string& lines) const;

 private:
  void append_numbers(const RowValues& values, std::string& lines) const;

  std::string before_case_;    ///< ",type,probe,"
  std::string case_;           ///< the cell
  std::string case_size_;      ///< what stands behind the peer in the case of a path
  std::string to_subject_;     ///< ",metric,subject,"
  std::string peer_;           ///< the cell
  std::string to_samples_;     ///< ",bytes,params,unit,better,outcome,"
  std::string to_provenance_;  ///< ",text,flags,transport,simulated,"
  std::string task_;           ///< ",task,"
  std::string note_;           ///< the cell and the line's end
  bool has_number_ = false;
};

}  // namespace plumbline::simulation
