#include "suites/schedule/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "results/schema/file_error.h"

namespace plumbline::schedule {
namespace {

bool has_rate(const PairResult& result) {
  return result.rate && std::isfinite(*result.rate) && *result.rate > 0;
}

/// Of the pairs that have a rate; nothing if none has.
std::optional<double> median_rate(const RoundResults& results) {
  std::vector<double> rates;
  for (const PairResult& result : results) {
    if (has_rate(result)) rates.push_back(*result.rate);
  }
  if (rates.empty()) return std::nullopt;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  if (rates.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(rates.begin(), middle)) / 2;
}

/// What a good pair of the round has.
std::optional<double> expected_rate(const RoundResults& results, const SuspectRule& rule) {
  return rule.usual && results.size() < rule.pairs_for_median ? rule.usual : median_rate(results);
}

/// What the rounds say about one node.
struct Record {
  std::size_t pairs = 0;
  std::size_t failing = 0;
  bool is_good_within_leaf = false;
  std::vector<std::size_t> failing_with;
  std::string first_failure;  ///< "failed in round 2 with node-4: rail1>rail1"
};

/// Of each node.
std::vector<Record> records_of(const Fleet& fleet, std::span<const RoundResults> rounds,
                               const SuspectRule& rule) {
  std::vector<Record> records(fleet.size());
  const auto note = [&](std::size_t node, std::size_t partner, const std::string& failure,
                        std::size_t round, const std::string& of) {
    Record& record = records[node];
    ++record.pairs;
    if (failure.empty()) {
      record.is_good_within_leaf |= fleet.leaf_of[node] == fleet.leaf_of[partner];
      return;
    }
    record.failing_with.push_back(partner);
    if (record.failing++ > 0) return;
    record.first_failure = fmt::format("{} in round {} with {}{}{}", failure, round,
                                       fleet.hosts[partner], of.empty() ? "" : ": ", of);
  };
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    const std::optional<double> median = expected_rate(rounds[i], rule);
    for (const PairResult& result : rounds[i]) {
      std::string failure;
      if (!has_rate(result)) {
        failure = "failed";
      } else if (*result.rate < *median * (1 - rule.below_median)) {
        failure = fmt::format("{:.3g} % below the median", 100 * (1 - *result.rate / *median));
      }
      note(result.a, result.b, failure, i + 1, result.of);
      note(result.b, result.a, failure, i + 1, result.of);
    }
  }
  return records;
}

Standing standing_of(const std::vector<Record>& records, const SuspectRule& rule) {
  const auto is_suspect = [&](std::size_t node) {
    const Record& record = records[node];
    return record.failing > 0 && record.failing >= rule.failing_pairs;
  };
  Standing standing;
  for (std::size_t node = 0; node < records.size(); ++node) {
    const Record& record = records[node];
    if (record.is_good_within_leaf) standing.good_within_leaf.push_back(node);
    if (is_suspect(node)) {
      const std::string more =
          record.failing == 1 ? "" : fmt::format(", and {} more", record.failing - 1);
      standing.suspects.push_back({node, record.first_failure + more});
    } else if (record.pairs > record.failing &&
               std::ranges::all_of(record.failing_with, is_suspect)) {
      standing.good.push_back(node);
    }
  }
  return standing;
}

}  // namespace

Standing find_suspects(const Fleet& fleet, std::span<const RoundResults> rounds,
                       const SuspectRule& rule) {
  return standing_of(records_of(fleet, rounds, rule), rule);
}

SuspectRule suspect_rule(std::span<const Round> rounds) {
  const bool everyone_meets = !rounds.empty() && rounds.front().kind == RoundKind::round_robin;
  const std::size_t half = rounds.size() / 2;
  return {.failing_pairs = everyone_meets ? half + 1 : std::max<std::size_t>(1, half), .usual = 1};
}

std::vector<Suspect> read_suspects(const std::filesystem::path& file, const Fleet& fleet) {
  const auto node_of = node_numbers(fleet);
  std::map<std::size_t, std::string> reasons;
  std::size_t line = 1;  // the header
  read_csv<SuspectedNode>(file, [&](const SuspectedNode& suspected) {
    ++line;
    const auto found = node_of.find(suspected.host);
    if (found == node_of.end()) {
      throw FileError(file.string(), line, "host",
                      fmt::format("found \"{}\", expected a host of the manifest", suspected.host));
    }
    std::string& reason = reasons[found->second];
    if (!reason.empty() && !suspected.reason.empty()) reason += "; ";
    reason += suspected.reason;
  });
  std::vector<Suspect> suspects;
  for (auto& [node, reason] : reasons) suspects.push_back({node, std::move(reason)});
  return suspects;
}

std::vector<SuspectedNode> named(const Fleet& fleet, std::span<const Suspect> suspects) {
  std::vector<SuspectedNode> nodes;
  for (const Suspect& suspect : suspects) {
    std::string reason = suspect.reason;
    std::ranges::replace(reason, '\n', ' ');
    nodes.push_back({fleet.hosts[suspect.node], std::move(reason)});
  }
  return nodes;
}

Standing standing_after(const Fleet& fleet, std::span<const Round> rounds,
                        std::span<const RoundResults> results) {
  return find_suspects(fleet, results, suspect_rule(rounds));
}

Standing standing_after(const Fleet& fleet, std::span<const Round> rounds,
                        std::span<const RoundResults> results, std::vector<Suspect> suspects) {
  const SuspectRule rule = suspect_rule(rounds);
  const std::vector<Record> records = records_of(fleet, results, rule);
  Standing standing = standing_of(records, rule);
  std::vector<bool> is_suspect(fleet.size()), is_good(fleet.size());
  for (const Suspect& suspect : suspects) is_suspect[suspect.node] = true;
  for (const std::size_t node : standing.good) is_good[node] = true;
  standing.suspects = std::move(suspects);
  standing.good.clear();
  for (std::size_t node = 0; node < records.size(); ++node) {
    const Record& record = records[node];
    const bool is_explained = record.pairs > record.failing &&
                              std::ranges::all_of(record.failing_with, [&](std::size_t partner) {
                                return is_suspect[partner];
                              });
    if (!is_suspect[node] && (is_good[node] || is_explained)) standing.good.push_back(node);
  }
  return standing;
}

}  // namespace plumbline::schedule
