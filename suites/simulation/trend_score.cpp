#include "suites/simulation/trend_score.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "suites/simulation/model.h"

namespace plumbline::simulation {
namespace {

/// What is promised is promised for changes from here on.
constexpr double promised_from = 0.05;
/// A part that is mended is told until three runs in a row are good, and by chance one of the first
/// is not.
constexpr std::uint64_t runs_to_recover = 7;
/// A common change of the fleet below this is none.
constexpr double least_event = 0.01;

bool is_about_the_past(const Finding& f) {
  return f.rule == "trend regression" ||
         f.sentence.find(", its own level in ") != std::string::npos;
}

/// The word that begins after `mark`; empty if the mark is not there.
std::string word_after(const std::string& text, const std::string& mark) {
  const std::size_t found = text.find(mark);
  if (found == std::string::npos) return {};
  const std::size_t begin = found + mark.size();
  return text.substr(begin, text.find_first_of(" ,;:)", begin) - begin);
}

}  // namespace

TrendScoring::TrendScoring(const SimulatedFleet& fleet) : fleet_(fleet), places_(fleet) {
  for (const Series& series : fleet.machine.series) {
    timed_series_ += !series.is_fact && !series.is_context ? 1U : 0U;
  }
  const std::uint64_t last = fleet.world.runs - 1;
  for (const Fault& fault : fleet.faults) {
    if (fault.from_run > last || fault.rule->from_run == 0) continue;
    const std::uint64_t run = std::min(fault.until_run - 1, last);
    for (std::size_t i = 0; i < fleet.machine.series.size(); ++i) {
      const Series& series = fleet.machine.series[i];
      if (series.is_fact || series.is_context) continue;
      const double severity = 1 - share_left(fleet, fault.place, i, run);
      if (severity <= 0) continue;
      Change& change = changes_[part_at({fault.place, i}, run)];
      change.rule = fault.rule;
      change.severity = std::max(change.severity, severity);
    }
  }
}

std::optional<std::uint64_t> TrendScoring::run_of(const std::string& name) const {
  const auto run = runs_.find(name);
  if (run == runs_.end()) return std::nullopt;
  return run->second;
}

SeriesPlace TrendScoring::part_at(const SeriesPlace& place, std::uint64_t run) const {
  const std::string& subject = fleet_.machine.series[place.series].row.subject;
  return {fleet_.home_of(place.node, subject, run), place.series};
}

void TrendScoring::take(const Finding& f, std::uint64_t run, const SeriesPlace& place) {
  const SeriesPlace part = part_at(place, run);
  const auto found = changes_.find(part);
  const bool is_so =
      found != changes_.end() && run >= found->second.rule->from_run &&
      (!found->second.rule->until_run || run < *found->second.rule->until_run + runs_to_recover);
  if (!is_so) {
    const auto [entry, is_new] = false_until_.try_emplace(part, run);
    // The same alarm stands in one report after the other.
    score_.false_alarms += is_new || entry->second + 1 < run ? 1U : 0U;
    entry->second = run;
    return;
  }
  Change& change = found->second;
  if (change.told) return;
  change.told = run;
  change.told_elsewhere = place.node != part.node;
  const std::string date = word_after(f.sentence, "it changed in ");
  change.dated = change.first = change.last = run_of(date);
  const std::string interval = "it changed in " + date + " (";
  if (f.sentence.find(interval) != std::string::npos) {
    change.first = run_of(word_after(f.sentence, interval));
    change.last =
        run_of(word_after(f.sentence, interval + word_after(f.sentence, interval) + " to "));
  }
}

void TrendScoring::read_events(const RunDirectory& directory) {
  events_.clear();
  std::ifstream page(directory.findings_page());
  for (std::string line; std::getline(page, line);) {
    const std::string run = word_after(line, "one event of the fleet in ");
    if (!run.empty()) ++events_[run_of(run).value_or(fleet_.world.runs)];
  }
}

void TrendScoring::skip(std::uint64_t run, const RunDirectory& directory) {
  runs_[directory.name()] = run;
}

void TrendScoring::look_at(std::uint64_t run, const RunDirectory& directory) {
  skip(run, directory);
  ++score_.judged_runs;
  for (std::size_t node = 0; run >= runs_before_trends && node < fleet_.nodes(); ++node) {
    score_.series_runs += fleet_.is_reachable(node, run) ? timed_series_ : 0;
  }
  read_csv<Finding>(directory.findings(), [&](const Finding& f) {
    if (!is_about_the_past(f)) return;
    if (const auto place = places_.of(f)) take(f, run, *place);
  });
  read_events(directory);
}

TrendScore TrendScoring::finish() const {
  TrendScore score = score_;
  const std::uint64_t runs = fleet_.world.runs;
  for (const auto& [part, change] : changes_) {
    const std::uint64_t from = change.rule->from_run;
    const std::uint64_t until = std::min(change.rule->until_run.value_or(runs), runs);
    if (change.severity < promised_from || from < runs_before_trends || from + 4 > until) continue;
    score.told_elsewhere += change.told_elsewhere ? 1U : 0U;
    if (change.rule->grows_over > 0) {
      ++score.drifts;
      score.drifts_told += change.told ? 1U : 0U;
      continue;
    }
    ++score.steps;
    if (!change.told) continue;
    const std::uint64_t after = *change.told - from + 1;
    ++score.steps_told;
    score.steps_within_three += after <= 3 ? 1U : 0U;
    score.steps_within_four += after <= 4 ? 1U : 0U;
    score.runs_to_tell += after;
    if (!change.dated || !change.first || !change.last) continue;
    ++score.dated;
    score.dated_within_one += *change.dated + 1 >= from && *change.dated <= from + 1 ? 1U : 0U;
    score.dated_in_interval += *change.first <= from && from <= *change.last ? 1U : 0U;
  }
  std::set<std::uint64_t> events;
  for (const Cohort& cohort : fleet_.world.cohorts) {
    if (cohort.from_run > 0 && cohort.from_run < runs && std::abs(cohort.offset) >= least_event) {
      events.insert(cohort.from_run);
    }
  }
  score.events = events.size();
  for (const auto& [run, times] : events_) {
    const bool is_one = events.contains(run) && times == 1;
    score.events_told += is_one ? 1U : 0U;
    score.events_false += is_one ? 0U : times;
  }
  return score;
}

}  // namespace plumbline::simulation
