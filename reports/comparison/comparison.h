#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/compared_value.h"

namespace plumbline {

/// A fact, or what happened to a measurement, that is not what it was, on one or more hosts.
struct ChangedFact {
  std::string metric;
  std::string subject;  ///< its class
  std::string before;
  std::string after;
  std::uint64_t times = 0;
  std::string host;    ///< the first
  bool worse = false;  ///< it was as expected and is not, or is not measured any more
};

/// A key of context.csv with other values than before.
struct ChangedSoftware {
  std::string key;
  std::string before;  ///< "570.1 (12 hosts), 570.2 (1 host)"
  std::string after;
};

/// Two runs, or two sets of runs, side by side.
struct Comparison {
  std::vector<std::string> before;  ///< names of the runs
  std::vector<std::string> after;
  bool two_fleets = false;  ///< no host is in both
  bool simulated = false;

  std::vector<ComparedValue> groups;  ///< all; the worst first
  /// Those that changed otherwise than their group, the worst first; only the first `most_series`.
  std::vector<ComparedValue> series;
  std::vector<ChangedFact> facts;
  std::vector<ChangedSoftware> software;

  std::uint64_t hosts_before = 0;
  std::uint64_t hosts_after = 0;
  std::uint64_t hosts_in_both = 0;
  std::vector<std::string> only_before;  ///< the first hosts
  std::vector<std::string> only_after;
  std::uint64_t compared = 0;       ///< series, over all hosts
  std::uint64_t series_before = 0;  ///< series of hosts in both that were measured before alone
  std::uint64_t series_after = 0;
  std::uint64_t mixed = 0;         ///< series of which one side is simulated: not compared
  std::uint64_t series_worse = 0;  ///< with those beyond `series`
  std::uint64_t series_better = 0;
  std::vector<std::string> notes;

  static constexpr std::size_t most_series = 1000;
  static constexpr std::size_t most_hosts = 20;
  static constexpr std::size_t most_facts = 200;

  std::uint64_t groups_that_are(ChangeVerdict verdict) const;
  bool is_worse() const;
  /// Nothing was compared, or something that was measured before was not measured after.
  bool is_incomplete() const;
};

}  // namespace plumbline
