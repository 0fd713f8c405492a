#include "suites/simulation/score.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "results/schema/finding.h"
#include "suites/simulation/model.h"
#include "suites/simulation/series_places.h"

namespace plumbline::simulation {
namespace {

/// A part that is named or faulty: host, subject, peer, kind.
using Part = std::tuple<std::string, std::string, std::string, std::string>;

std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

bool is_of_gpus(FaultKind kind) {
  switch (kind) {
    case FaultKind::gpu:
    case FaultKind::gpu_sending:
    case FaultKind::gpu_receiving:
    case FaultKind::gpu_pair:
    case FaultKind::all_gpus:
      return true;
    default:
      return false;
  }
}

bool is_convicted(const Finding& f) {
  return f.rule == "culprit" && f.verdict >= Verdict::warn && f.verdict != Verdict::missing;
}

std::string kind_param(const Finding& f) {
  const auto kind = f.params.find("kind");
  return kind == f.params.end() ? std::string() : kind->second;
}

/// Which of them are so, and which not.
Hits compare(const std::set<Part>& truth, const std::set<Part>& tolerated,
             const std::set<Part>& named) {
  Hits hits;
  hits.true_ones = truth.size();
  for (const Part& part : named) {
    if (truth.contains(part)) {
      ++hits.found;
    } else if (!tolerated.contains(part)) {
      ++hits.false_ones;
    }
  }
  return hits;
}

/// Everything that a score counts, finding by finding.
class Counting {
 public:
  Counting(const SimulatedFleet& fleet, std::uint64_t run)
      : fleet_(fleet), run_(run), places_(fleet) {
    for (std::size_t i = 0; i < fleet.machine.series.size(); ++i) {
      const Series& series = fleet.machine.series[i];
      tolerances_.push_back(series.is_fact || series.is_context ? 0 : find_tolerated(i));
    }
    collect_truth();
    collect_slow_series();
  }

  void take(const Finding& f) {
    if (f.metric == "efa.culprit" && is_convicted(f)) {
      named_network_.insert({f.host, f.subject, f.peer, ""});
    } else if (f.metric == "nvlink.culprit" && is_convicted(f)) {
      named_gpus_[f.host].insert({f.host, f.subject, f.peer, kind_param(f)});
    } else if (f.rule == "timed") {
      take_value(f);
    }
    if (f.verdict == Verdict::fail) take_failure(f);
  }

  void finish(Score& score) const {
    score.values = values_;
    score.outliers = outliers_;
    score.outliers.true_ones = slow_.size();
    score.outlier_fails = outlier_fails_;
    finish_network(score);
    finish_gpus(score);
  }

  /// True if the node has no fault and is by chance no slower than is tolerated of any.
  bool is_as_others(std::size_t node) const {
    return is_healthy(node) && !slow_nodes_.contains(node);
  }
  /// True if nothing is wrong with the node itself.
  bool is_healthy(std::size_t node) const {
    return std::ranges::none_of(fleet_.faults_of(node),
                                [&](const Fault& fault) { return fault.is_in(run_); });
  }
  const SeriesPlaces& places() const { return places_; }

 private:
  /// What is promised is promised for degradations from here on; smaller ones may be named or not.
  static constexpr double least_severity = 0.05;
  /// Between the tolerance less this and what must be found neither verdict is wrong.
  static constexpr double margin = 0.002;

  void collect_truth() {
    const auto add = [&](std::set<Part>& truth, double severity, Part part) {
      (severity >= least_severity ? truth : tolerated_).insert(std::move(part));
    };
    for (const Fault& fault : fleet_.faults) {
      if (!fault.is_in(run_) || !fleet_.is_reachable(fault.place, run_)) continue;
      const std::string& host = fleet_.manifest[fault.place].host;
      const double severity = fault.severity_in(run_);
      if (fault.kind() == FaultKind::node || fault.kind() == FaultKind::fallback) {
        add(true_nodes_, severity, {host, "node", "", ""});
      } else if (fault.kind() == FaultKind::nic) {
        add(true_nics_, severity, {host, fault.subject, "", ""});
      } else if (is_of_gpus(fault.kind())) {
        true_gpus_[host].insert({host, fault.subject, fault.peer, fault_kind_names[fault.kind()]});
      }
    }
    for (const Fault& fault : fleet_.leaf_faults) {
      if (!fault.is_in(run_)) continue;
      const std::string& leaf = fleet_.fleet.leaves[fault.place].name;
      add(fault.kind() == FaultKind::leaf ? true_leaves_ : true_leaf_rails_,
          fault.severity_in(run_), {leaf, "leaf", fault.peer, ""});
    }
  }

  /// How much slower the node is in this series than the machine of its cohort.
  double deficit_of(std::size_t node, std::size_t index) const {
    const Series& series = fleet_.machine.series[index];
    const double value = true_state(fleet_, node, index, run_).value;
    const double usual = usual_value(fleet_, node, index, run_);
    return series.row.better == Better::lower ? 1 - usual / value : 1 - value / usual;
  }

  /// The deficit that is tolerated: of the baseline, else five times the scale of the fleet, as
  /// statistics define it: of values above their median, 1.4826 times the median of their
  /// distances. With heavy tails that is less than their standard deviation.
  double find_tolerated(std::size_t index) {
    const Series& series = fleet_.machine.series[index];
    if (series.is_gate && series.low) return 1 - *series.low / series.expected;
    if (series.is_gate && series.high) return 1 - series.expected / *series.high;
    std::vector<double> values;
    std::vector<std::pair<std::size_t, double>> deficits;  // of nodes, really
    for (std::size_t node = 0; node < fleet_.nodes(); ++node) {
      const TrueState state = true_state(fleet_, node, index, run_);
      if (state.is_absent || !fleet_.is_reachable(node, run_)) continue;
      const double value = measured_value(fleet_, node, index, state.value, run_, 1);
      const double log = std::log(value / usual_value(fleet_, node, index, run_));
      values.push_back(series.row.better == Better::lower ? -log : log);
      deficits.emplace_back(node, deficit_of(node, index));
    }
    const double centre = middle_of(values);
    std::erase_if(values, [&](double value) { return value <= centre; });
    constexpr double least = 0.03, sigmas = 5, sigma_per_mad = 1.4826;
    const double tolerated = std::max(least, sigmas * sigma_per_mad * (middle_of(values) - centre));
    for (const auto& [node, deficit] : deficits) {
      if (deficit >= tolerated - margin) slow_nodes_.insert(node);
    }
    return tolerated;
  }

  /// The median, the upper one of two; 0 of nothing.
  static double middle_of(std::vector<double>& values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  /// Of faulty nodes what is slower than is tolerated by so much that it must be found.
  void collect_slow_series() {
    constexpr double clearly = 0.015;
    for (std::size_t node = 0; node < fleet_.nodes(); ++node) {
      if (is_healthy(node) || !fleet_.is_reachable(node, run_)) continue;
      for (std::size_t i = 0; i < fleet_.machine.series.size(); ++i) {
        const Series& series = fleet_.machine.series[i];
        if (series.is_fact || series.is_context) continue;
        if (true_state(fleet_, node, i, run_).is_absent) continue;
        if (deficit_of(node, i) >= tolerances_[i] + clearly) slow_.insert({node, i});
      }
    }
  }

  void take_failure(const Finding& f) {
    const auto place = places_.of(f);
    if (!place) return;
    outliers_.found += slow_.contains(*place) ? 1U : 0U;
    if (f.rule != "fleet outlier") return;
    ++outlier_fails_;
    const double least = tolerances_[place->series] - margin;
    outliers_.false_ones += deficit_of(place->node, place->series) < least ? 1U : 0U;
  }

  void take_value(const Finding& f) {
    const auto place = places_.of(f);
    if (!place || !f.value || !f.ci_low || !f.ci_high) return;
    const double value = true_state(fleet_, place->node, place->series, run_).value;
    ++values_.intervals;
    values_.covering += value >= *f.ci_low && value <= *f.ci_high ? 1U : 0U;
    const bool is_beyond = (f.low && value < *f.low) || (f.high && value > *f.high);
    const bool passes = f.verdict == Verdict::pass || f.verdict == Verdict::warn;
    const bool fails = f.verdict == Verdict::fail;
    ++(is_beyond ? values_.beyond_limits : values_.within_limits);
    values_.false_pass += passes && is_beyond ? 1U : 0U;
    values_.false_fail += fails && !is_beyond ? 1U : 0U;
    // Tables hold six digits.
    constexpr double rounding = 1e-5;
    const auto is_inside = [&](const std::optional<double>& limit) {
      return limit && *limit > *f.ci_low * (1 + rounding) && *limit < *f.ci_high * (1 - rounding);
    };
    const bool straddles = is_inside(f.low) || is_inside(f.high);
    values_.straddling += straddles && (passes || fails) ? 1U : 0U;
    if (is_healthy(place->node) && !is_beyond) {
      ++values_.healthy_series;
      values_.healthy_runs += f.runs;
    }
  }

  void finish_network(Score& score) const {
    std::set<Part> nodes, nics, leaves, leaf_rails;
    for (const Part& part : named_network_) {
      const auto& [host, subject, peer, kind] = part;
      if (subject == "leaf") {
        (peer.empty() ? leaves : leaf_rails).insert(part);
      } else {
        (subject == "node" ? nodes : nics).insert(part);
      }
    }
    score.network_nodes = compare(true_nodes_, tolerated_, nodes);
    score.nics = compare(true_nics_, tolerated_, nics);
    score.leaves = compare(true_leaves_, tolerated_, leaves);
    score.leaf_rails = compare(true_leaf_rails_, tolerated_, leaf_rails);
    std::set<std::string> accused;
    for (const auto& parts : {nodes, nics}) {
      for (const Part& part : parts) {
        const auto node = places_.node(std::get<0>(part));
        if (node && is_healthy(*node)) accused.insert(std::get<0>(part));
      }
    }
    score.network_nodes_healthy_accused = accused.size();
  }

  /// A rate that is the sum of both ways cannot say which of them is slow: beside the culprit the
  /// same GPU may be named for both.
  static bool names_exactly(const std::set<Part>& named, const std::set<Part>& truth) {
    std::set<Part> rest = named;
    for (const Part& part : truth) {
      if (rest.erase(part) == 0) return false;
      const auto& [host, subject, peer, kind] = part;
      if (peer.empty()) rest.erase({host, subject, "", fault_kind_names[FaultKind::gpu]});
    }
    return rest.empty();
  }

  void finish_gpus(Score& score) const {
    static const std::set<Part> none;
    for (const auto& [host, truth] : true_gpus_) {
      const auto named = named_gpus_.find(host);
      const bool is_exact = names_exactly(named == named_gpus_.end() ? none : named->second, truth);
      const bool is_pair = std::get<3>(*truth.begin()) == fault_kind_names[FaultKind::gpu_pair];
      ++(is_pair ? score.gpu_pairs : score.gpu_matrices);
      (is_pair ? score.gpu_pairs_exact : score.gpu_matrices_exact) += is_exact ? 1U : 0U;
    }
    for (const auto& [host, named] : named_gpus_) {
      score.gpu_healthy_accused += true_gpus_.contains(host) ? 0U : 1U;
    }
    const bool has_matrix = std::ranges::any_of(fleet_.machine.series, [](const Series& series) {
      return series.row.probe == "nvlink" && !series.is_fact;
    });
    if (has_matrix) score.gpu_healthy = fleet_.nodes() - true_gpus_.size();
  }

  const SimulatedFleet& fleet_;
  const std::uint64_t run_;
  const SeriesPlaces places_;
  std::set<Part> true_nodes_, true_nics_, true_leaves_, true_leaf_rails_, tolerated_;
  std::map<std::string, std::set<Part>> true_gpus_, named_gpus_;
  std::set<Part> named_network_;
  std::vector<double> tolerances_;    ///< by series
  std::set<std::size_t> slow_nodes_;  ///< slower than others tolerate, with a fault or without
  std::set<SeriesPlace> slow_;
  Hits outliers_;
  std::uint64_t outlier_fails_ = 0;
  ValueScore values_;
};

}  // namespace

std::optional<double> Hits::precision() const { return share(found, found + false_ones); }
std::optional<double> Hits::recall() const { return share(found, true_ones); }

Score score_run(const SimulatedFleet& fleet, const RunDirectory& directory, std::uint64_t run,
                int exit_code) {
  Score score;
  score.exit_code = exit_code;
  Counting counting(fleet, run);
  read_csv<Finding>(directory.findings(), [&](const Finding& f) { counting.take(f); });
  counting.finish(score);
  read_csv<NodeVerdict>(directory.nodes(), [&](const NodeVerdict& verdict) {
    const auto node = counting.places().node(verdict.host);
    if (!node) return;
    const bool is_accepted = verdict.outcome == NodeOutcome::accept;
    const bool is_rejected = verdict.outcome == NodeOutcome::reject;
    ++score.nodes;
    score.accepted += is_accepted ? 1U : 0U;
    score.rejected += is_rejected ? 1U : 0U;
    score.incomplete += !is_accepted && !is_rejected ? 1U : 0U;
    if (counting.is_as_others(*node)) {
      ++score.healthy_nodes;
      score.healthy_rejected += is_rejected ? 1U : 0U;
    }
    if (is_unacceptable(fleet, *node, run)) {
      ++score.unacceptable_nodes;
      score.unacceptable_accepted += is_accepted ? 1U : 0U;
    }
  });
  return score;
}

}  // namespace plumbline::simulation
