#include "reports/judging/fabric_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/localisation/resolution.h"
#include "reports/statistics/median.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using localisation::PairRate;

constexpr double sigma_nodes = 0.004;  // healthy nodes differ so much, as long as none is known
constexpr double default_tolerance = 0.05;  // where no baseline says one

/// The same NICs measured in one round: of each direction the median of its attempts, then the
/// slower direction, so that a pair counts once in a round.
struct OneWay {
  PairRate path;
  bool backwards = false;

  auto key() const { return std::tuple(path.a, path.b, path.round, path.rail_a, path.rail_b); }
};

std::vector<PairRate> merged(std::vector<OneWay> samples) {
  std::sort(samples.begin(), samples.end(), [](const OneWay& x, const OneWay& y) {
    return std::tuple(x.key(), x.backwards, x.path.rate) <
           std::tuple(y.key(), y.backwards, y.path.rate);
  });
  std::vector<PairRate> rates;
  std::vector<double> attempts;
  for (std::size_t i = 0; i < samples.size();) {
    const OneWay& first = samples[i];
    attempts.clear();
    for (; i < samples.size() && samples[i].key() == first.key() &&
           samples[i].backwards == first.backwards;
         ++i) {
      attempts.push_back(samples[i].path.rate);
    }
    PairRate rate = first.path;
    rate.rate = median(attempts);
    const auto same = [&](const PairRate& r) { return OneWay{r}.key() == first.key(); };
    if (first.backwards && !rates.empty() && same(rates.back())) {
      rates.back().rate = std::min(rates.back().rate, rate.rate);
    } else {
      rates.push_back(rate);
    }
  }
  return rates;
}

std::string leaf_path(const ManifestEntry& node) {
  std::string path;
  for (const std::string* layer :
       {&node.network_node_1, &node.network_node_2, &node.network_node_3, &node.network_node_4}) {
    if (!layer->empty()) path += '/' + *layer;
  }
  return path;
}

/// What the baseline of the type says of this kind of rate.
const Baseline* baseline_of(const PairRows::Kind& kind, const PairRow& row, const PairRows& rows,
                            const Expectations& expectations) {
  Measurement m;
  m.metric = kind.metric;
  m.params = kind.params;
  m.bytes = kind.bytes;
  m.subject = rows.nics().name(row.from_nic);
  m.peer = rows.hosts().name(row.to_host) + '/' + rows.nics().name(row.to_nic);
  const auto answered = expectations.answered_by(m);
  return answered.empty() ? nullptr : &expectations.all()[answered.front()];
}

void take_baseline(const Baseline* b, FabricGroup& group, localisation::KnownClass& known) {
  if (b == nullptr) return;
  known.reference = parse_number(b->expected);
  if (known.reference && *known.reference <= 0) known.reference.reset();
  known.is_learned = b->basis == "learned";
  if (b->spread) known.sigma = *b->spread;
  if (b->low && b->basis == "learned") group.tolerance = std::abs(*b->low);
}

void note_ends(const FabricMap& map, FabricGroup& group) {
  group.rails = map.fabric.rails;
  group.ends.resize(map.hosts.size() * group.rails);
  const double least = std::log1p(-group.gate);
  for (std::size_t i = 0; i < group.deviations.paths.size(); ++i) {
    const localisation::PairPath& path = group.deviations.paths[i];
    const double residual = path.deviation - group.faults.explained[i];
    const bool is_slow = residual < std::min(-3 * path.sigma, least);
    for (const auto& [node, rail, other] :
         {std::tuple(path.a, path.rail_a, path.b), std::tuple(path.b, path.rail_b, path.a)}) {
      EndRecord& end = group.ends[std::size_t{node} * group.rails + rail];
      if (!is_slow && group.faults.explained[i] >= least) ++end.clean;
      if (is_slow && residual < end.slowest) {
        end.slowest = residual;
        end.slow_with = other;
      }
    }
  }
}

/// How often the NIC was measured that has the middle number of measurements.
std::size_t usual_count(const localisation::Fabric& fabric, const std::vector<PairRate>& rates) {
  std::vector<double> counts(std::size_t{fabric.nodes()} * fabric.rails, 0);
  for (const PairRate& rate : rates) {
    ++counts[std::size_t{rate.a} * fabric.rails + rate.rail_a];
    ++counts[std::size_t{rate.b} * fabric.rails + rate.rail_b];
  }
  std::erase(counts, 0);
  return counts.empty() ? 1 : static_cast<std::size_t>(median(std::move(counts)));
}

void solve(FabricGroup& group, const FabricMap& map, std::vector<PairRate> rates,
           const localisation::KnownClass& known) {
  std::set<std::uint32_t> nodes, rounds;
  for (const PairRate& rate : rates) {
    nodes.insert({rate.a, rate.b});
    rounds.insert(rate.round);
    group.rates.push_back(static_cast<float>(rate.rate));
  }
  group.paths = rates.size();
  group.nodes = nodes.size();
  group.rounds = rounds.size();
  group.deviations = localisation::deviations_of(map.fabric, rates, known);
  double sigma = 0;
  for (const auto& reference : {group.deviations.within_leaves, group.deviations.across_leaves}) {
    if (reference) sigma = std::max(sigma, reference->sigma);
  }
  const auto resolution =
      localisation::resolution_of(sigma, sigma_nodes, usual_count(map.fabric, rates));
  localisation::FabricRule rule = localisation::rail_rule();
  rule.leaf_round = localisation::FabricRule().leaf_round;
  group.gate = std::max(rule.conviction.gate, resolution.gate);
  group.least = group.gate + resolution.least - resolution.gate;
  rule.conviction.gate = group.gate;
  rule.peeling.least_offset = -std::log1p(-group.gate);
  rule.peeling.least_gain = 0;  // what is not certain is suspect
  group.faults = localisation::find_faults(map.fabric, group.deviations.paths, rule);
  note_ends(map, group);
}

}  // namespace

FabricMap::FabricMap(const PairRows& rows, const Manifest& manifest)
    : nic_names_(rows.nics()), nics_(manifest.size()) {
  std::map<std::string, std::uint32_t> leaves;
  for (const ManifestEntry& node : manifest) {
    if (const std::string path = leaf_path(node); !path.empty()) leaves.emplace(path, 0);
  }
  for (auto& [path, number] : leaves) {
    number = static_cast<std::uint32_t>(leaf_names.size());
    const std::size_t last = path.rfind('/');
    leaf_names.push_back(path.substr(last + 1));
    above_leaf.push_back(last == 0 ? "" : path.substr(1, last - 1));
  }
  std::map<std::string, std::string> type_of;
  for (const ManifestEntry& node : rows.measured_hosts()) type_of[node.host] = node.instance_type;
  for (const ManifestEntry& node : manifest) {
    types.push_back(node.instance_type.empty() ? type_of[node.host] : node.instance_type);
    nodes_.emplace(node.host, static_cast<std::uint32_t>(hosts.size()));
    hosts.push_back(node.host);
    const std::string path = leaf_path(node);
    if (path.empty()) {
      leaf_names.emplace_back();
      above_leaf.emplace_back();
    }
    fabric.leaf_of.push_back(path.empty() ? static_cast<std::uint32_t>(leaf_names.size() - 1)
                                          : leaves.at(path));
  }
  fabric.leaves = static_cast<std::uint32_t>(leaf_names.size());
  for (std::uint32_t host = 0; host < rows.hosts().size(); ++host) {
    node_of_row_.push_back(node_of(rows.hosts().name(host)));
  }
  const auto see = [&](std::uint32_t host, std::uint32_t nic) {
    if (node_of_row_[host] == nowhere) return;
    auto& of_node = nics_[node_of_row_[host]];
    if (std::find(of_node.begin(), of_node.end(), nic) == of_node.end()) of_node.push_back(nic);
  };
  for (const auto& [key, kind] : rows.kinds()) {
    for (const PairRow& row : kind.rows) {
      see(row.from_host, row.from_nic);
      see(row.to_host, row.to_nic);
    }
  }
  for (auto& of_node : nics_) {
    std::sort(of_node.begin(), of_node.end(), [&](std::uint32_t x, std::uint32_t y) {
      const std::string& a = nic_names_.name(x);
      const std::string& b = nic_names_.name(y);
      return std::tuple(a.size(), a) < std::tuple(b.size(), b);  // rdmap79s0 before rdmap113s0
    });
    fabric.rails = std::max(fabric.rails, static_cast<std::uint32_t>(of_node.size()));
  }
}

std::uint32_t FabricMap::node_of(std::string_view host) const {
  const auto found = nodes_.find(std::string(host));
  return found == nodes_.end() ? nowhere : found->second;
}

std::uint32_t FabricMap::rail_of(std::uint32_t node, std::uint32_t nic) const {
  const auto& of_node = nics_[node];
  const auto found = std::find(of_node.begin(), of_node.end(), nic);
  return found == of_node.end() ? nowhere : static_cast<std::uint32_t>(found - of_node.begin());
}

std::uint32_t FabricMap::rail_named(std::uint32_t node, std::string_view nic) const {
  for (std::uint32_t rail = 0; rail < nics_[node].size(); ++rail) {
    if (nic_name(node, rail) == nic) return rail;
  }
  return nowhere;
}

const std::string& FabricMap::nic_name(std::uint32_t node, std::uint32_t rail) const {
  return nic_names_.name(nics_[node][rail]);
}

std::vector<std::uint32_t> rounds_by_name(const PairRows& rows) {
  std::vector<std::uint32_t> round_of(rows.rounds().size());
  std::map<std::string, std::uint32_t> by_name;
  for (std::uint32_t i = 0; i < round_of.size(); ++i) by_name[rows.rounds().name(i)] = i;
  std::uint32_t next = 0;
  for (const auto& [name, number] : by_name) round_of[number] = next++;
  return round_of;
}

std::vector<FabricGroup> solve_groups(const PairRows& rows, const FabricMap& map,
                                      BaselineStore& baselines) {
  const std::vector<std::uint32_t> round_of = rounds_by_name(rows);
  std::vector<FabricGroup> groups;
  for (const auto& [key, kind] : rows.kinds()) {
    std::map<std::string, std::vector<OneWay>> by_type;
    std::map<std::string, const PairRow*> example;
    for (const PairRow& row : kind.rows) {
      const std::uint32_t from = map.node_of(row.from_host);
      const std::uint32_t to = map.node_of(row.to_host);
      if (from == FabricMap::nowhere || to == FabricMap::nowhere || row.rate == 0) continue;
      const std::string& type = map.types[from];
      if (map.types[to] != type) continue;
      const std::uint32_t rail_from = map.rail_of(from, row.from_nic);
      const std::uint32_t rail_to = map.rail_of(to, row.to_nic);
      const bool backwards = from > to;
      PairRate path{from,      to,      round_of[row.round],
                    rail_from, rail_to, static_cast<double>(row.rate)};
      if (backwards) {
        std::swap(path.a, path.b);
        std::swap(path.rail_a, path.rail_b);
      }
      by_type[type].push_back({path, backwards});
      example.emplace(type, &row);
    }
    for (auto& [type, samples] : by_type) {
      FabricGroup group;
      group.key = key;
      group.name = kind.metric + ' ' + format_bytes(kind.bytes);
      if (!kind.params.empty()) group.name += " (" + format_params(kind.params) + ')';
      group.family = family_of(kind.metric);
      group.instance_type = type;
      group.unit = kind.unit;
      group.simulated = example[type]->simulated;
      group.tolerance = default_tolerance;
      localisation::KnownClass known{{}, default_spread(kind.metric, Better::higher)};
      take_baseline(baseline_of(kind, *example[type], rows, baselines.of_type(type)), group, known);
      solve(group, map, merged(std::move(samples)), known);
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

}  // namespace plumbline
