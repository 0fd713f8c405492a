#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/csv_file.h"
#include "results/schema/measurement.h"
#include "results/schema/names.h"
#include "results/schema/params.h"
#include "results/schema/text.h"

namespace plumbline {

/// A gate decides about the node; context stands beside the value for the reader.
enum class Use { gate, context };
inline constexpr auto use_names = names_of<Use>("gate", "context");

/// One expectation for one instance type: one line of <type>.csv in reports/baselines.
struct Baseline {
  Text metric;
  std::string
      subject_class;  ///< "gpu", "numa>numa" (digits left out), or one subject: "numa0>numa1"
  Params params;      ///< pairs that a row must have; the row may have more
  std::optional<std::uint64_t> bytes;  ///< empty: any size
  std::optional<std::uint64_t> nodes;  ///< empty: one node
  Text unit;
  Better better = Better::exact;
  Text expected;               ///< a number in `unit`, or a text
  std::optional<double> low;   ///< relative: -0.05 fails more than 5 % below `expected`
  std::optional<double> high;  ///< relative: 0.05 fails more than 5 % above
  /// How many of the class there must be; empty: at least 1; 0: none, those that are there are
  /// judged.
  std::optional<std::uint64_t> subjects;
  std::optional<double> spread;  ///< run-to-run sigma, relative; empty: the metric family's default
  std::optional<double>
      ceiling;  ///< physical limit in `unit`; a value above is a measurement error
  Use use = Use::gate;
  Text basis;   ///< why we believe it: spec, measured, learned, derived ...
  Text source;  ///< where it is from; a row without basis or source does not load

  bool operator==(const Baseline&) const = default;
};

extern template ReadReport read_csv<Baseline>(const std::filesystem::path&,
                                              const std::function<void(const Baseline&)>&, BadRows);

}  // namespace plumbline
