#include "reports/judging/fleet_outliers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/judging/tolerated.h"

namespace plumbline {
namespace {

std::string rank_of(const Candidate& c) {
  if (c.as_low <= 1) return fmt::format("the worst of the {}", c.hosts);
  return fmt::format("{} of the {} are as bad", c.as_low, c.hosts);
}

std::string size_of(double value) {
  return value < 1e-6 ? "below 0.000001" : fmt::format("{:.2g}", value);
}

}  // namespace

FleetOutliers::FleetOutliers(const TimedColumns& table, std::span<const RunDirectory> runs,
                             BaselineStore& baselines) {
  if (table.has_too_many_names) {
    notes_.push_back(
        "hosts were not compared with each other: there are more than 65535 different subjects or "
        "repetitions");
  }
  if (table.hosts.size() < cohort::least_hosts) return;
  const SoftwareGroups software(runs);
  std::vector<std::vector<std::uint32_t>> group_of;  // by run and host
  std::vector<std::size_t> run_of;                   // by occasion
  for (const Occasion& occasion : table.occasions) {
    if (run_of.empty() || table.occasions[run_of.size() - 1].run != occasion.run) {
      group_of.emplace_back();
      for (const std::string& host : table.hosts) {
        group_of.back().push_back(software.of(occasion.run, host));
      }
    }
    run_of.push_back(group_of.size() - 1);
  }
  const auto candidates = find_candidates(
      table,
      [&](const TimedColumn& column, std::uint16_t path) {
        return tolerated_by(baselines.of_type(column.instance_type), about(table, column, path));
      },
      [&](std::uint16_t occasion, std::uint32_t host) { return group_of[run_of[occasion]][host]; },
      std::max(1U, std::thread::hardware_concurrency()));
  for (const Candidate& candidate : candidates) {
    const TimedColumn& column = table.columns[candidate.column];
    Measurement m = about(table, column, candidate.path);
    m.host = table.hosts[candidate.host];
    Standing standing{candidate, column.instance_type, column.unit, ""};
    if (candidate.most && *candidate.most != candidate.group) {
      standing.difference =
          difference(software.versions(candidate.group), software.versions(*candidate.most));
    }
    by_host_[m.host].emplace_back(finding_id(m), std::move(standing));
  }
}

bool FleetOutliers::judge(const std::string& host, std::vector<Finding>& findings) const {
  const auto standings = by_host_.find(host);
  if (standings == by_host_.end()) return false;
  bool changed = false;
  for (const auto& [id, standing] : standings->second) {
    for (Finding& f : findings) {
      if (f.id != id || !is_open(f)) continue;
      judge(standing, f);
      changed = true;
    }
  }
  return changed;
}

void FleetOutliers::judge(const Standing& standing, Finding& f) {
  const Candidate& c = standing.candidate;
  f.sentence = sentence_of(f);
  const bool has_fresh = c.fresh_runs >= outlier::looks[0];
  const double centre = value_of(c.level.centre, f.better);
  const double found = has_fresh ? value_of(c.level.centre + std::log1p(-c.fresh.deficit), f.better)
                                 : value_of(c.screened, f.better);
  const double deviation = found / centre - 1;
  const std::string others =
      fmt::format("{}, the median of {} on {} {}{}", quantity(centre, standing.unit), path_of(f),
                  c.hosts, standing.instance_type, c.most ? "" : " with the same software");
  if (c.fresh.decision == FreshDecision::clear) {
    f.sentence += fmt::format("; stood out once below {}, but not in {} afterwards", others,
                              counted(c.fresh_runs, "run"));
    return;
  }
  const std::string distance = fmt::format("{} {} {}", percent(std::abs(deviation)),
                                           deviation < 0 ? "below" : "above", others);
  if (f.verdict >= Verdict::missing) {  // its baseline has decided, and hosts like it agree
    f.sentence += "; it is " + distance;
    return;
  }
  std::string sentence = fmt::format(
      "{} {} ({}) is {}; {}, at most {} is tolerated ({})", label(f),
      quantity(found, standing.unit),
      has_fresh ? fmt::format("mean of {}", counted(c.fresh_runs, "fresh run")) : "first run",
      distance, rank_of(c), percent(c.tolerance),
      c.is_learned ? "5 sigma of them" : "its baseline");
  const bool is_decided =
      c.fresh.decision == FreshDecision::fails && c.q <= outlier::false_discoveries;
  f.remeasure = !is_decided && f.runs < rule::looks.back();
  if (is_decided) {
    sentence += fmt::format("; q {}", size_of(c.q));
  } else if (f.remeasure) {
    sentence += "; fresh runs decide";
  } else {
    sentence += fmt::format("; {} did not decide, p {}", counted(c.fresh_runs, "fresh run"),
                            size_of(c.fresh.p));
  }
  if (!standing.difference.empty()) sentence += "; its software differs: " + standing.difference;
  if (!f.expected.empty()) {
    sentence +=
        fmt::format("; of its baseline alone it is {}: {}", verdict_names[f.verdict], f.sentence);
  }
  // What differs in software may be slow for that: it is not known to be at fault.
  const bool fails = is_decided && standing.difference.empty();
  f.verdict = fails ? Verdict::fail : Verdict::inconclusive;
  f.rule = fails ? "fleet outlier" : "fleet candidate";
  f.sentence = std::move(sentence);
  compare_with(f, c.level.centre, c.tolerance,
               has_fresh ? c.fresh.deficit : -std::expm1(c.screened - c.level.centre));
  f.basis = "cohort";
  f.source = fmt::format("the median of {} hosts of type {} in the judged runs", c.hosts,
                         standing.instance_type);
  if (!standing.difference.empty()) {
    f.action = "Give it the software of the others, then measure again.";
  } else if (fails) {
    f.action =
        "It was measured again and stayed so: reboot the node, and if that does not help, "
        "replace it.";
  } else {
    f.action = "Measure it again; only fresh values decide.";
  }
}

}  // namespace plumbline
