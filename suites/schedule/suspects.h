#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/schema/suspected_node.h"
#include "suites/schedule/fleet.h"
#include "suites/schedule/round.h"

namespace plumbline::schedule {

/// What came of one pair of a round; a pair that is measured each way has two.
struct PairResult {
  std::size_t a = 0;
  std::size_t b = 0;
  std::optional<double> rate;  ///< in the round's unit, higher is better; nothing: it failed
  std::string of = {};         ///< what had this rate or failed, for people; may be empty
};

using RoundResults = std::vector<PairResult>;

/// A node that is to be tested again, and why.
struct Suspect {
  std::size_t node = 0;
  std::string reason;

  bool operator==(const Suspect&) const = default;
};

/// What the rounds so far say about the nodes. A node that is neither suspect nor good was not
/// measured, or was in a failing pair with another that is no suspect: it is no partner for anyone.
struct Standing {
  std::vector<Suspect> suspects;  ///< ascending by node
  /// In at least one pair that does not fail, which clears both of its ends, and in failing ones
  /// with suspects alone; ascending.
  std::vector<std::size_t> good;
  /// In a pair with another node of their leaf that does not fail, whatever failed across leaves;
  /// ascending. Below a leaf that is slow itself all are suspects, and these are good company.
  std::vector<std::size_t> good_within_leaf = {};
};

/// When a pair fails, and when a node is suspect for it.
struct SuspectRule {
  double below_median = 0.05;     ///< a pair fails if it is slower than its round's median by this
  std::size_t failing_pairs = 1;  ///< so many make both of their nodes suspect
  /// Where rates have a median of their own, what a pair at that has: it takes the place of the
  /// median of rounds with fewer than `pairs_for_median` pairs, of which one bad pair is a large
  /// part.
  std::optional<double> usual = std::nullopt;
  std::size_t pairs_for_median = 8;
};

/// Both nodes of a pair that failed, or that is slower than the median of its round by more than
/// the rule says, are suspects: one of them may be at fault. Results without a positive finite rate
/// failed.
Standing find_suspects(const Fleet& fleet, std::span<const RoundResults> rounds,
                       const SuspectRule& rule = {});

/// The rule for results whose rates are relative to their median. Who is slow is so with everyone,
/// and everyone may have met it: where all nodes meet, it takes more than half of the pairs to be
/// suspect, else half of them.
SuspectRule suspect_rule(std::span<const Round> rounds);

/// The suspects that a file names (table SuspectedNode of results/schema), ascending, each once
/// with all of its reasons. Throws FileError, also for a host that is not in the fleet.
std::vector<Suspect> read_suspects(const std::filesystem::path& file, const Fleet& fleet);

/// The same by the names of the nodes, with reasons of one line.
std::vector<SuspectedNode> named(const Fleet& fleet, std::span<const Suspect> suspects);

/// What the rounds that every node takes part in say, by their suspect_rule().
Standing standing_after(const Fleet& fleet, std::span<const Round> rounds,
                        std::span<const RoundResults> results);

/// The same with these suspects, ascending by node, in the place of those by the rule. Good stays
/// who is none of them, and besides is who failed with nobody else: that has its explanation.
Standing standing_after(const Fleet& fleet, std::span<const Round> rounds,
                        std::span<const RoundResults> results, std::vector<Suspect> suspects);

}  // namespace plumbline::schedule
