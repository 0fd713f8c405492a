#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "reports/judging/fleet_rows.h"
#include "reports/statistics/outlier.h"

namespace plumbline {

/// The numbers of the screen beside those of statistics/outlier.h.
namespace cohort {
/// Hosts that must have a path, or there is no telling what is usual for it. Their median is itself
/// uncertain, and so much more is tolerated: three times its standard deviation.
inline constexpr std::size_t least_hosts = 8;
inline constexpr double median_sigmas = 3;
/// The distribution screen: all that a host has of a class, together so far below the others.
inline constexpr double shortfall = 0.05;
inline constexpr std::size_t least_values = 6;
}  // namespace cohort

/// A value that stands out below those of the same path on other hosts, and what was measured
/// afterwards to decide.
struct Candidate {
  std::size_t column = 0;
  std::uint32_t host = 0;
  std::uint16_t path = 0;
  CohortLevel level;        ///< of its path; the scale is of all paths of the class together
  double tolerance = 0;     ///< deficit
  bool is_learned = false;  ///< the tolerance is of the cohort, as no baseline has one
  double screened = 0;      ///< oriented logarithm of what made it a candidate
  std::size_t hosts = 0;    ///< that have this path, in its cohort
  std::size_t as_low = 0;   ///< of them that are as low, itself included
  std::uint32_t group = 0;  ///< its software
  std::optional<std::uint32_t> most;  ///< the most frequent software of a mixed cohort
  std::size_t fresh_runs = 0;
  FreshVerdict fresh;
  double q = 1;  ///< of all candidates of the fleet together (Benjamini and Hochberg)
};

/// What is tolerated of a path, as a deficit.
struct Tolerated {
  bool is_judged = true;          ///< false: nothing is to be said about this path
  std::optional<double> deficit;  ///< nothing: no baseline says it
};
using Tolerance = std::function<Tolerated(const TimedColumn& column, std::uint16_t path)>;
/// The number of a host's software at an occasion.
using SoftwareOf = std::function<std::uint32_t(std::uint16_t occasion, std::uint32_t host)>;

/// The candidates of all columns with their verdicts from fresh values, by column, host and path.
///
/// The first value of each host counts for the screen, later ones are fresh. Values are compared
/// with the median of the same path over the hosts of the same software; where they are fewer than
/// 30 values of the class, over all hosts of the type.
std::vector<Candidate> find_candidates(const TimedColumns& table, const Tolerance& tolerance,
                                       const SoftwareOf& software, std::size_t threads);

}  // namespace plumbline
