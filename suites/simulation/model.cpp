#include "suites/simulation/model.h"

#include <algorithm>
#include <cmath>

#include "results/schema/number.h"
#include "suites/simulation/draw.h"

namespace plumbline::simulation {
namespace {

bool is_meant(const FaultRule& rule, const Measurement& row) {
  if (!row.metric.starts_with(rule.metric)) return false;
  if (rule.params.empty()) return true;
  const auto params = parse_params(rule.params);
  return params && contains(row.params, *params);
}

bool crosses(const Measurement& row, const std::string& device) {
  return row.subject == device || row.peer == device;
}

/// Of a rate over NVLink whether the fault lies on its way.
bool crosses_nvlinks(const Fault& fault, const Measurement& row) {
  if (row.probe != "nvlink") return false;
  if (fault.kind() == FaultKind::all_gpus) return true;
  const bool into = row.metric.ends_with("all_to_one");
  const bool out = row.metric.ends_with("one_to_all");
  const bool both_ways = row.metric.ends_with("both");
  if (row.peer.empty()) {
    if (row.subject != fault.subject) return false;
    switch (fault.kind()) {
      case FaultKind::gpu:
        return true;
      case FaultKind::gpu_receiving:
        return into;
      case FaultKind::gpu_sending:
        return out;
      default:
        return false;
    }
  }
  switch (fault.kind()) {
    case FaultKind::gpu:
      return crosses(row, fault.subject);
    case FaultKind::gpu_sending:
      return row.subject == fault.subject || (both_ways && row.peer == fault.subject);
    case FaultKind::gpu_receiving:
      return row.peer == fault.subject || (both_ways && row.subject == fault.subject);
    case FaultKind::gpu_pair:
      return crosses(row, fault.subject) && crosses(row, fault.peer);
    default:
      return false;
  }
}

/// The share of the rate that is left.
double left_over(const SimulatedFleet& fleet, const Fault& fault, std::size_t node,
                 const Measurement& row, std::uint64_t run) {
  const double left = 1 - fault.severity_in(run);
  switch (fault.kind()) {
    case FaultKind::slow: {
      const bool is_of_all = fault.rule->subject.empty() || fault.rule->subject == "node";
      const bool is_hit = is_meant(*fault.rule, row) && (is_of_all || crosses(row, fault.subject));
      return is_hit ? left : 1;
    }
    case FaultKind::harness:
      return is_meant(*fault.rule, row) && fleet.has_wrong_probe(fault, node) ? left : 1;
    case FaultKind::fallback:
      return is_meant(*fault.rule, row) ? left : 1;
    case FaultKind::nic:
      return row.probe == "efa" && crosses(row, fault.subject) ? left : 1;
    case FaultKind::node:
      return row.probe == "efa" ? left : 1;
    case FaultKind::gpu:
    case FaultKind::gpu_sending:
    case FaultKind::gpu_receiving:
    case FaultKind::gpu_pair:
    case FaultKind::all_gpus:
      return crosses_nvlinks(fault, row) ? left : 1;
    default:
      return 1;
  }
}

double cohort_factor(const SimulatedFleet& fleet, std::size_t node, const Measurement& row,
                     std::uint64_t run) {
  const std::uint32_t index = fleet.cohort_of[node];
  if (index >= fleet.world.cohorts.size()) return 1;
  const Cohort& cohort = fleet.world.cohorts[index];
  const bool is_hit = run >= cohort.from_run && row.metric.starts_with(cohort.metric);
  return is_hit ? 1 + cohort.offset : 1;
}

double at_most(double value, const std::optional<double>& ceiling) {
  return ceiling ? std::min(value, *ceiling) : value;
}

/// A fault of a node that changes or hides a fact.
void apply_to_fact(const Fault& fault, const Series& series, TrueState& state) {
  const FaultRule& rule = *fault.rule;
  const Measurement& row = series.row;
  if (fault.kind() == FaultKind::fact) {
    const bool is_of_all = rule.subject.empty();
    if (!is_meant(rule, row) || !(is_of_all || crosses(row, fault.subject))) return;
    const auto number = row.unit == "text" ? std::nullopt : parse_number(rule.value);
    if (number) {
      state.value = *number;
    } else {
      state.text = &rule.value;
    }
  } else if (fault.kind() == FaultKind::absent) {
    const auto& facts = rule.counted_by;
    if (std::find(facts.begin(), facts.end(), row.metric) != facts.end()) state.value -= 1;
  }
}

}  // namespace

const std::string* other_transport(const SimulatedFleet& fleet, std::size_t node,
                                   std::string_view metric, std::uint64_t run) {
  for (const Fault& fault : fleet.faults_of(node)) {
    if (fault.kind() == FaultKind::fallback && fault.is_in(run) &&
        metric.starts_with(fault.rule->metric)) {
      return &fault.rule->transport;
    }
  }
  return nullptr;
}

double share_left(const SimulatedFleet& fleet, std::size_t node, std::size_t index,
                  std::uint64_t run) {
  const Measurement& row = fleet.machine.series[index].row;
  double share = 1;
  for (const Fault& fault : fleet.faults_of(node)) {
    if (fault.is_in(run)) share *= left_over(fleet, fault, node, row, run);
  }
  for (const Fault& fault : fleet.fleet_faults) {
    if (fault.is_in(run)) share *= left_over(fleet, fault, node, row, run);
  }
  return share;
}

TrueState true_state(const SimulatedFleet& fleet, std::size_t node, std::size_t index,
                     std::uint64_t run) {
  const Series& series = fleet.machine.series[index];
  const Measurement& row = series.row;
  TrueState state;
  double factor = 1;
  if (series.is_fact) {
    if (row.median) {
      state.value = *row.median;
    } else {
      state.text = &row.text;
    }
  } else {
    factor = cohort_factor(fleet, node, row, run) *
             std::exp(series.noise.devices * Draw(fleet.seed, Stream::devices,
                                                  fleet.home_of(node, row.subject, run), index)
                                                 .noise(fleet.world.tails)) *
             share_left(fleet, node, index, run);
  }
  for (const Fault& fault : fleet.faults_of(node)) {
    if (!fault.is_in(run)) continue;
    switch (fault.kind()) {
      case FaultKind::unreachable:
        state.is_absent = true;
        break;
      case FaultKind::hang:
      case FaultKind::crash:
        state.is_absent |= row.probe == fault.subject;
        break;
      case FaultKind::absent:
        state.is_absent |= crosses(row, fault.subject);
        break;
      default:
        break;
    }
    if (series.is_fact) apply_to_fact(fault, series, state);
  }
  if (row.probe == "efa") state.transport = other_transport(fleet, node, row.metric, run);
  if (series.is_fact) return state;
  state.value = row.better == Better::higher ? at_most(series.level * factor, series.ceiling)
                                             : series.level / factor;
  return state;
}

double usual_value(const SimulatedFleet& fleet, std::size_t node, std::size_t index,
                   std::uint64_t run) {
  const Series& series = fleet.machine.series[index];
  const double factor = cohort_factor(fleet, node, series.row, run);
  return series.row.better == Better::higher ? at_most(series.level * factor, series.ceiling)
                                             : series.level / factor;
}

bool is_unacceptable(const SimulatedFleet& fleet, std::size_t node, std::uint64_t run) {
  // A node that is only a little slow in the network may be accepted; this much slower never.
  constexpr double clearly_slow = 0.1;
  for (const Fault& fault : fleet.faults_of(node)) {
    if (!fault.is_in(run)) continue;
    switch (fault.kind()) {
      case FaultKind::unreachable:
      case FaultKind::hang:
      case FaultKind::crash:
      case FaultKind::fallback:
        return true;
      case FaultKind::nic:
      case FaultKind::node:
        if (fault.severity_in(run) >= clearly_slow && !fleet.machine.paths.empty()) return true;
        break;
      default:
        break;
    }
  }
  for (std::size_t i = 0; i < fleet.machine.series.size(); ++i) {
    const Series& series = fleet.machine.series[i];
    if (!series.is_gate) continue;
    const TrueState state = true_state(fleet, node, i, run);
    if (state.is_absent) return true;
    if (!series.is_fact) {
      if ((series.low && state.value < *series.low) || (series.high && state.value > *series.high))
        return true;
    } else if (series.row.median ? state.text != nullptr || state.value != *series.row.median
                                 : *state.text != series.row.text) {
      return true;
    }
  }
  return false;
}

double measured_value(const SimulatedFleet& fleet, std::size_t node, std::size_t index,
                      double true_value, std::uint64_t run, std::uint64_t attempt) {
  const Series& series = fleet.machine.series[index];
  if (series.is_fact) return true_value;
  // The variance of the median of `samples` values is pi / 2 times that of their mean.
  constexpr double median_variance = 1.5708;
  const double within = series.noise.within;
  const double sigma =
      std::sqrt(series.noise.runs * series.noise.runs +
                median_variance * within * within / static_cast<double>(samples_of_a_rate));
  const std::uint64_t when = run * 1'000'000 + attempt;
  const double noise =
      sigma * Draw(fleet.seed, Stream::samples, node, index, when).noise(fleet.world.tails);
  return at_most(true_value * std::exp(noise), series.ceiling);
}

namespace {

/// Of a node as a part of the network; as a logarithm.
double node_offset(const SimulatedFleet& fleet, std::size_t node) {
  return fleet.world.network.nodes * Draw(fleet.seed, Stream::nodes, node).normal();
}

/// What a node and its NIC do to a path.
double end_offset(const SimulatedFleet& fleet, std::size_t node, std::size_t rail,
                  const PathPlace& place) {
  double offset = node_offset(fleet, node);
  const Measurement& row = fleet.machine.paths[place.kind].row;
  for (const Fault& fault : fleet.faults_of(node)) {
    if (!fault.is_in(place.run)) continue;
    const bool is_nic = fault.kind() == FaultKind::nic && fault.subject == fleet.machine.nics[rail];
    const bool is_fallback =
        fault.kind() == FaultKind::fallback && row.metric.starts_with(fault.rule->metric);
    if (is_nic || is_fallback || fault.kind() == FaultKind::node) {
      offset =
          std::min(offset, std::log1p(-fault.severity_in(place.run)) + node_offset(fleet, node));
    }
  }
  return offset;
}

/// What the uplinks of a leaf do to a path that crosses them.
double leaf_offset(const SimulatedFleet& fleet, std::size_t leaf, const PathPlace& place) {
  const Network& network = fleet.world.network;
  double offset = 0;
  for (const Fault& fault : fleet.leaf_faults) {
    if (fault.place != leaf || !fault.is_in(place.run)) continue;
    const bool is_hit =
        fault.kind() == FaultKind::leaf || fault.peer == "rail" + std::to_string(place.rail);
    if (is_hit) offset = std::min(offset, std::log1p(-fault.severity_in(place.run)));
  }
  if (network.congested_leaves > 0) {
    Draw draw(fleet.seed, Stream::congestion, leaf, place.run, place.round);
    if (draw.uniform() < network.congested_leaves) {
      offset = std::min(offset, std::log1p(-draw.in(network.congestion)));
    }
  }
  return offset;
}

}  // namespace

double path_rate(const SimulatedFleet& fleet, const PathPlace& place) {
  const Network& network = fleet.world.network;
  const PathKind& kind = fleet.machine.paths[place.kind];
  double offset = std::min(end_offset(fleet, place.from, place.rail, place),
                           end_offset(fleet, place.to, place.rail, place));
  const std::size_t leaf_from = fleet.fleet.leaf_of[place.from];
  const std::size_t leaf_to = fleet.fleet.leaf_of[place.to];
  if (leaf_from != leaf_to) {
    offset = std::min(
        {offset, leaf_offset(fleet, leaf_from, place), leaf_offset(fleet, leaf_to, place)});
  }
  const std::uint64_t when = place.run * 1000 + place.round;
  const std::uint64_t low = std::min(place.from, place.to), high = std::max(place.from, place.to);
  const std::uint64_t way = place.rail * 64 + place.kind * 2 + (place.from > place.to ? 1 : 0);
  Draw transient(fleet.seed, Stream::transients, when, low << 32U | high, place.rail);
  if (transient.uniform() < network.transients) {
    offset = std::min(offset, std::log1p(-transient.in(network.transient_severity)));
  }
  offset += network.rounds * Draw(fleet.seed, Stream::rounds, when).normal();
  offset += network.sigma *
            Draw(fleet.seed, Stream::paths, when, low << 32U | high, way).noise(network.tails);
  return at_most(kind.level * std::exp(offset), kind.ceiling);
}

}  // namespace plumbline::simulation
