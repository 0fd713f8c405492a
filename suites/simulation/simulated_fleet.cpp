#include "suites/simulation/simulated_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "results/schema/file_error.h"
#include "results/schema/number.h"
#include "suites/simulation/draw.h"

namespace plumbline::simulation {
namespace {

/// As wide as the last number, so that the order of the names is that of the nodes.
std::string node_name(std::size_t node, std::size_t nodes) {
  const auto width = std::max<std::size_t>(4, std::to_string(nodes - 1).size());
  return fmt::format("node-{:0{}}", node, width);
}

Manifest manifest_of(const World& world, std::uint64_t seed) {
  Manifest manifest(world.nodes);
  for (std::size_t node = 0; node < manifest.size(); ++node) {
    const std::size_t leaf = node / world.nodes_per_leaf;
    const std::size_t spine = leaf / world.leaves_per_spine;
    ManifestEntry& entry = manifest[node];
    entry.host = node_name(node, manifest.size());
    entry.instance_type = world.instance_type;
    entry.instance_id = fmt::format("i-{:08x}{:09x}", seed & 0xffffffffU, node);
    entry.az = "sim1-az1";
    entry.network_node_1 = "nn-top";
    entry.network_node_2 = fmt::format("nn-spine-{:04}", spine);
    entry.network_node_3 = fmt::format("nn-leaf-{:05}", leaf);
  }
  return manifest;
}

bool is_of_leaf(FaultKind kind) { return kind == FaultKind::leaf || kind == FaultKind::leaf_rail; }

std::size_t count_of(const FaultRule& rule, std::size_t places) {
  if (rule.count) return *rule.count;
  const auto share =
      static_cast<std::size_t>(std::llround(rule.share * static_cast<double>(places)));
  return std::max<std::size_t>(share, 1);
}

/// 0, 1 ... in an order that the seed says.
std::vector<std::uint32_t> shuffled(std::size_t count, std::uint64_t seed, std::uint64_t of) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  schedule::Random(seed, {static_cast<std::uint64_t>(Stream::faults), of}).shuffle(order);
  return order;
}

/// Hands out places that nothing is wrong with yet.
class Places {
 public:
  Places(std::size_t count, std::uint64_t seed, std::uint64_t of, const World& world)
      : order_(shuffled(count, seed, of)), world_(world) {}

  std::size_t next(const FaultRule& rule) {
    if (used_ == order_.size()) {
      throw FileError(
          world_.file.string(), rule.line, "fault",
          fmt::format("there are more faults than the {} places for them", order_.size()));
    }
    return order_[used_++];
  }
  std::size_t all() const { return order_.size(); }

 private:
  std::vector<std::uint32_t> order_;
  std::size_t used_ = 0;
  const World& world_;
};

/// Which of the node's or leaf's parts it is.
void choose_parts(const FaultRule& rule, const Machine& machine, const World& world, Draw& draw,
                  Fault& fault) {
  const auto one_of = [&](const std::vector<std::string>& names) -> const std::string& {
    if (names.empty()) {
      throw FileError(world.file.string(), rule.line, "subject",
                      fmt::format("a fault of kind {} has no place: a {} has none of these",
                                  fault_kind_names[rule.kind], machine.instance_type));
    }
    return names[draw.below(names.size())];
  };
  fault.subject = "node";
  switch (rule.kind) {
    case FaultKind::gpu:
    case FaultKind::gpu_sending:
    case FaultKind::gpu_receiving:
      fault.subject = one_of(machine.devices("gpu"));
      break;
    case FaultKind::gpu_pair: {
      auto gpus = machine.devices("gpu");
      const std::string first = one_of(gpus);
      std::erase(gpus, first);
      const std::string second = one_of(gpus);
      fault.subject = std::min(first, second);
      fault.peer = std::max(first, second);
      break;
    }
    case FaultKind::nic:
      fault.subject = one_of(machine.nics);
      break;
    case FaultKind::leaf:
      fault.subject = "leaf";
      break;
    case FaultKind::leaf_rail:
      one_of(machine.nics);
      fault.subject = "leaf";
      fault.peer = fmt::format("rail{}", draw.below(machine.nics.size()));
      break;
    case FaultKind::hang:
    case FaultKind::crash:
      fault.subject = rule.probe.empty() ? one_of(machine.probes) : rule.probe;
      break;
    default:
      if (!rule.subject.empty()) fault.subject = one_of(machine.devices(rule.subject));
      break;
  }
  fault.severity = draw.in(rule.severity);
}

/// True if the fact has this value on a healthy node.
bool is_so_anyway(const Measurement& row, const std::string& value) {
  if (!row.median) return row.text == value;
  return parse_number(value) == row.median;
}

/// A fault that changes no row would make a faulty fleet look healthy.
void refuse_without_effect(const FaultRule& rule, const World& world, const Machine& machine) {
  if (rule.metric.empty() && rule.counted_by.empty()) return;
  const auto params = parse_params(rule.params);
  const auto is_hit = [&](const Measurement& row, const std::string& metric) {
    return row.metric.starts_with(metric) && contains(row.params, *params) &&
           (rule.kind != FaultKind::fact || !is_so_anyway(row, rule.value));
  };
  std::vector<std::string> metrics = rule.counted_by;
  if (!rule.metric.empty()) metrics.push_back(rule.metric);
  for (const std::string& metric : metrics) {
    const bool any = std::ranges::any_of(machine.series,
                                         [&](const Series& series) {
                                           const bool is_kind =
                                               rule.kind == FaultKind::fallback ||
                                               series.is_fact == (rule.kind == FaultKind::fact ||
                                                                  rule.kind == FaultKind::absent);
                                           return is_kind && is_hit(series.row, metric);
                                         }) ||
                     (rule.kind == FaultKind::fallback &&
                      std::ranges::any_of(machine.paths, [&](const PathKind& path) {
                        return is_hit(path.row, metric);
                      }));
    if (any) continue;
    throw FileError(
        world.file.string(), rule.line, "metric",
        fmt::format("a fault of kind {} would change nothing: nothing that is measured of a {} "
                    "begins with \"{}\" and would be another",
                    fault_kind_names[rule.kind], machine.instance_type, metric));
  }
}

}  // namespace

double Fault::severity_in(std::uint64_t run) const {
  if (rule->grows_over == 0) return severity;
  const double grown = static_cast<double>(run - rule->from_run + 1);
  return severity * std::min(1.0, grown / static_cast<double>(rule->grows_over));
}

SimulatedFleet::SimulatedFleet(World the_world, Machine the_machine, std::uint64_t the_seed)
    : world(std::move(the_world)), machine(std::move(the_machine)), seed(the_seed) {
  manifest = manifest_of(world, seed);
  fleet = schedule::fleet_of(manifest);
  cohort_of.assign(nodes(), static_cast<std::uint32_t>(world.cohorts.size()));
  for (std::size_t node = 0; node < nodes() && !world.cohorts.empty(); ++node) {
    double left = Draw(seed, Stream::cohorts, node).uniform();
    std::uint32_t cohort = 0;
    while (cohort < world.cohorts.size() && left >= world.cohorts[cohort].share) {
      left -= world.cohorts[cohort++].share;
    }
    cohort_of[node] = cohort;
  }
  constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  // What is mended stays where it is.
  const auto add = [&](const Fault& fault, std::uint64_t stays_until) {
    faults.push_back(fault);
    if (fault.place == fault.home) return;
    moves.push_back({fault.place, fault.subject, fault.home, fault.from_run, stays_until});
    moves.push_back({fault.home, fault.subject, fault.place, fault.from_run, stays_until});
  };
  Places of_nodes(nodes(), seed, 1, world), of_leaves(fleet.leaves.size(), seed, 2, world);
  for (std::size_t i = 0; i < world.faults.size(); ++i) {
    const FaultRule& rule = world.faults[i];
    refuse_without_effect(rule, world, machine);
    if (rule.kind == FaultKind::harness || rule.kind == FaultKind::unfinished) {
      Fault fault;
      fault.rule = &rule;
      fault.place = count_of(rule, nodes());
      fault.severity = Draw(seed, Stream::faults, 3, i).in(rule.severity);
      fault.from_run = rule.from_run;
      fault.until_run = rule.until_run.value_or(never);
      fleet_faults.push_back(fault);
      continue;
    }
    Places& places = is_of_leaf(rule.kind) ? of_leaves : of_nodes;
    const std::size_t count = count_of(rule, places.all());
    for (std::size_t k = 0; k < count; ++k) {
      Draw draw(seed, Stream::faults, 4, i, k);
      Fault fault;
      fault.rule = &rule;
      fault.place = places.next(rule);
      fault.home = fault.place;
      fault.from_run = rule.from_run;
      fault.until_run = rule.until_run.value_or(never);
      choose_parts(rule, machine, world, draw, fault);
      if (is_of_leaf(rule.kind)) {
        leaf_faults.push_back(fault);
        continue;
      }
      const std::uint64_t end = fault.until_run;
      for (; rule.moves_every > 0 && fault.from_run + rule.moves_every < std::min(world.runs, end);
           fault.from_run = fault.until_run) {
        fault.until_run = fault.from_run + rule.moves_every;
        add(fault, fault.until_run);
        fault.place = places.next(rule);
      }
      fault.until_run = end;
      add(fault, never);
    }
  }
  const auto by_place = [](const Fault& a, const Fault& b) { return a.place < b.place; };
  std::stable_sort(faults.begin(), faults.end(), by_place);
  std::stable_sort(moves.begin(), moves.end(),
                   [](const Move& a, const Move& b) { return a.node < b.node; });
  std::stable_sort(leaf_faults.begin(), leaf_faults.end(), by_place);
  first_fault_.assign(nodes() + 1, 0);
  for (const Fault& fault : faults) ++first_fault_[fault.place + 1];
  std::partial_sum(first_fault_.begin(), first_fault_.end(), first_fault_.begin());
}

bool SimulatedFleet::is_reachable(std::size_t node, std::uint64_t run) const {
  return std::ranges::none_of(faults_of(node), [&](const Fault& fault) {
    return fault.kind() == FaultKind::unreachable && fault.is_in(run);
  });
}

std::size_t SimulatedFleet::home_of(std::size_t node, const std::string& subject,
                                    std::uint64_t run) const {
  auto move = std::lower_bound(moves.begin(), moves.end(), node,
                               [](const Move& m, std::size_t number) { return m.node < number; });
  for (; move != moves.end() && move->node == node; ++move) {
    if (move->subject == subject && run >= move->from_run && run < move->until_run) {
      return move->other;
    }
  }
  return node;
}

bool SimulatedFleet::has_wrong_probe(const Fault& fault, std::size_t node) const {
  if (fault.place >= nodes()) return true;
  return Draw(seed, Stream::faults, 5, node).uniform() * static_cast<double>(nodes()) <
         static_cast<double>(fault.place);
}

std::vector<TrueFault> truth_of(const SimulatedFleet& fleet, std::uint64_t run) {
  std::vector<TrueFault> truth;
  const auto add = [&](const Fault& fault, const std::string& host) {
    if (!fault.is_in(run)) return;
    const FaultRule& rule = *fault.rule;
    TrueFault entry;
    entry.host = host;
    entry.kind = fault_kind_names[rule.kind];
    entry.subject = fault.subject;
    entry.peer = fault.peer;
    entry.metric = rule.metric;
    entry.value = rule.value;
    switch (rule.kind) {
      case FaultKind::fact:
      case FaultKind::absent:
      case FaultKind::unreachable:
      case FaultKind::hang:
      case FaultKind::crash:
      case FaultKind::unfinished:
        break;
      default:
        entry.severity = fault.severity_in(run);
    }
    truth.push_back(std::move(entry));
  };
  for (const Fault& fault : fleet.faults) add(fault, fleet.manifest[fault.place].host);
  for (const Fault& fault : fleet.leaf_faults) add(fault, fleet.fleet.leaves[fault.place].name);
  for (const Fault& fault : fleet.fleet_faults) add(fault, "fleet");
  return truth;
}

}  // namespace plumbline::simulation
