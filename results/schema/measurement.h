#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/csv_file.h"
#include "results/schema/names.h"
#include "results/schema/params.h"
#include "results/schema/text.h"
#include "results/schema/time.h"

namespace plumbline {

enum class Better { higher, lower, exact };
inline constexpr auto better_names = names_of<Better>("higher", "lower", "exact");

/// Only `ok` carries a value; the others carry a note that says why not.
enum class Outcome { ok, skipped, failed };
inline constexpr auto outcome_names = names_of<Outcome>("ok", "skipped", "failed");

/// Simulated rows never mix with measured ones in one verdict.
enum class Provenance { measured, simulated };
inline constexpr auto provenance_names = names_of<Provenance>("measured", "simulated");

/// One metric of one subject, measured once: one line of measurements.csv. results/README.md
/// describes the columns.
struct Measurement {
  Text run;
  WallTime time{};
  Text host;
  Text instance_type;
  Text probe;
  std::string case_name;  ///< column "case": what `plumbline probe NAME --case` repeats
  Text metric;
  Text subject = "node";
  std::string peer;
  std::uint64_t bytes = 0;  ///< message or buffer size, 0 where there is none
  Params params;
  Text unit;
  Better better = Better::exact;
  Outcome outcome = Outcome::ok;

  std::uint64_t samples = 0;
  std::optional<double> median;
  std::optional<double> ci_low;  ///< 99 % confidence interval of the median
  std::optional<double> ci_high;
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> spread;  ///< 1.4826 * MAD / |median| of the samples: dimensionless
  std::string text;              ///< the value of an exact metric that is no number

  std::vector<std::string> flags;  ///< joined by ';'
  Text transport;                  ///< what was really used: nvlink, pcie, efa, tcp, shm ...
  Provenance provenance = Provenance::measured;
  std::uint64_t attempt = 1;  ///< counts the measurements of this case in this run
  std::string task;           ///< the task of the suite that wrote the row, as in the journal
  std::string note;

  bool operator==(const Measurement&) const = default;
};

/// "numa0>numa1", "rdmap79s0>10.1.2.3/rdmap80s0": subject and peer as one word.
std::string path_of(const Measurement& m);

/// What a row is about, whoever measured it and when: host, metric, subject, peer, bytes and
/// params. Rows of one series that differ in attempt or run are repetitions of one measurement.
std::string series_key(const Measurement& m);

/// One sample of one measurement: a line of samples.csv, in the order in which they were drawn.
struct Sample {
  std::string host;
  std::string case_name;
  std::string metric;
  std::uint64_t attempt = 1;
  std::uint64_t index = 0;  ///< from 0, warm-up included
  bool warm_up = false;     ///< drawn, but cut off as warm-up
  double value = 0;         ///< in the metric's unit

  bool operator==(const Sample&) const = default;
};

extern template ReadReport read_csv<Measurement>(const std::filesystem::path&,
                                                 const std::function<void(const Measurement&)>&,
                                                 BadRows);
extern template ReadReport read_csv<Sample>(const std::filesystem::path&,
                                            const std::function<void(const Sample&)>&, BadRows);

}  // namespace plumbline
