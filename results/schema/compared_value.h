#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/measurement.h"

namespace plumbline {

/// A group is one kind of measurement over all hosts and subjects; a series is one of its members.
enum class ComparedScope { group, series };
inline constexpr auto compared_scope_names = names_of<ComparedScope>("group", "series");

/// `unclear`: the noise would hide a change of 5 %.
enum class ChangeVerdict { same, unclear, better, worse };
inline constexpr auto change_verdict_names =
    names_of<ChangeVerdict>("same", "unclear", "better", "worse");

/// One rate or latency before and after: one line of compare.csv.
struct ComparedValue {
  ComparedScope scope = ComparedScope::group;
  ChangeVerdict verdict = ChangeVerdict::unclear;
  std::string host;  ///< of a series
  std::string instance_type;
  std::string metric;
  std::string path;  ///< of a series "gpu0>gpu3", of a group its class "gpu>gpu"
  std::uint64_t bytes = 0;
  Params params;
  std::string unit;
  Better better = Better::higher;
  std::uint64_t hosts = 0;   ///< that have it before and after; of two fleets those of both
  std::uint64_t series = 0;  ///< behind the value
  double before = 0;
  double after = 0;
  double ratio = 1;  ///< after / before
  double ratio_low = 1;
  double ratio_high = 1;
  double p = 1;  ///< of "there is no change", before it is corrected for the many comparisons
  Provenance provenance = Provenance::measured;

  bool operator==(const ComparedValue&) const = default;
};

extern template ReadReport read_csv<ComparedValue>(const std::filesystem::path&,
                                                   const std::function<void(const ComparedValue&)>&,
                                                   BadRows);

}  // namespace plumbline
