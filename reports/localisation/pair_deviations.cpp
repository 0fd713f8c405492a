#include "reports/localisation/pair_deviations.h"

#include <array>
#include <cmath>
#include <map>

#include "reports/statistics/median.h"
#include "reports/statistics/quantile.h"

namespace plumbline::localisation {
namespace {

/// Rounds of suspects are smaller, and their level is that of bad nodes.
constexpr double whole_fleet = 0.25;  // of the nodes in pairs of one class
constexpr std::size_t enough_for_a_level = 100;

enum PathClass : std::size_t { within, across };

PathClass class_of(const Fabric& fabric, const PairRate& rate) {
  return fabric.leaf_of[rate.a] == fabric.leaf_of[rate.b] ? within : across;
}

/// Takes the level of each whole round from its paths and gives back that of all of them. The level
/// is the upper quartile: where leaves are few, half of a round may cross a slow one.
void level_rounds(const Fabric& fabric, std::span<const PairRate> rates,
                  const std::vector<std::size_t>& of_class, std::vector<double>& logs) {
  std::map<std::uint32_t, std::vector<std::size_t>> by_round;
  for (const std::size_t i : of_class) by_round[rates[i].round].push_back(i);
  const auto level_of = [&](const std::vector<std::size_t>& some) {
    std::vector<double> values;
    values.reserve(some.size());
    for (const std::size_t i : some) values.push_back(logs[i]);
    return quantile(std::move(values), 0.75);
  };
  std::vector<const std::vector<std::size_t>*> whole;
  std::vector<double> levels;
  const double paths_per_pair = fabric.rails == 0 ? 1 : fabric.rails;
  for (const auto& [round, some] : by_round) {
    const double nodes = 2 * static_cast<double>(some.size()) / paths_per_pair;
    if (some.size() < enough_for_a_level || nodes < whole_fleet * fabric.nodes()) continue;
    whole.push_back(&some);
    levels.push_back(level_of(some));
  }
  const double middle = median(levels);
  for (std::size_t round = 0; round < whole.size(); ++round) {
    for (const std::size_t i : *whole[round]) logs[i] += middle - levels[round];
  }
}

}  // namespace

PairDeviations deviations_of(const Fabric& fabric, std::span<const PairRate> rates,
                             const KnownClass& known) {
  std::vector<double> logs;
  std::array<std::vector<std::size_t>, 2> members;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    logs.push_back(std::log(rates[i].rate));
    members[class_of(fabric, rates[i])].push_back(i);
  }
  std::array<std::optional<ClassReference>, 2> references;
  for (const PathClass c : {within, across}) {
    level_rounds(fabric, rates, members[c], logs);
    std::vector<double> values;
    values.reserve(members[c].size());
    for (const std::size_t i : members[c]) values.push_back(logs[i]);
    references[c] = reference_of(values, known);
  }
  const auto is_guess = [&](PathClass c) {
    return references[c] && references[c]->basis == ReferenceBasis::guessed;
  };
  for (const PathClass c : {within, across}) {
    const auto& other = references[c == within ? across : within];
    if (is_guess(c) && other && other->basis != ReferenceBasis::guessed) references[c] = other;
  }

  PairDeviations result{{}, references[within], references[across]};
  result.paths.reserve(rates.size());
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const PairRate& rate = rates[i];
    const ClassReference& reference = *references[class_of(fabric, rate)];
    result.paths.push_back({rate.a, rate.b, rate.round, rate.rail_a, rate.rail_b,
                            logs[i] - reference.reference, reference.sigma});
  }
  return result;
}

}  // namespace plumbline::localisation
