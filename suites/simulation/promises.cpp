#include "suites/simulation/promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "results/schema/file_error.h"
#include "results/schema/text_cell.h"

namespace plumbline::simulation {
namespace {

constexpr const char* not_asked = "not asked by this world";

std::string percent_of(const std::optional<double>& share) {
  return share ? fmt::format("{:.4g} %", 100 * *share) : std::string("-");
}

/// "precision 100 %, recall 99.9 % (999 of 1000), 0 false"
std::string in_words(const char* what, const Hits& hits) {
  return fmt::format("{}: precision {}, recall {} ({} of {}), {} false", what,
                     percent_of(hits.precision()), percent_of(hits.recall()), hits.found,
                     hits.true_ones, hits.false_ones);
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Of the reports of a loop the one that took most of something.
double most_of(const LoopEnd& loop, double ReportEnd::*what) {
  double most = 0;
  for (const ReportEnd& report : loop.reports) most = std::max(most, report.*what);
  return most;
}

bool is_asked(const Hits& hits) { return hits.true_ones + hits.false_ones > 0; }

bool reaches(const Hits& hits, double precision, double recall) {
  return hits.precision().value_or(1) >= precision && hits.recall().value_or(1) >= recall;
}

Promise rounds(const SimulatedFleet& fleet, const LoopEnd& loop) {
  Promise promise{
      "P1", "a culprit after <= 6 rounds; report < 2 GB (its analysis alone < 5 s)", not_asked, {}};
  if (fleet.machine.paths.empty()) return promise;
  constexpr std::uint64_t most_rounds = 6, round_robin_up_to = 32;
  constexpr double most_mib = 2048;
  const double cpu_s = most_of(loop, &ReportEnd::cpu_s);
  const double peak = most_of(loop, &ReportEnd::peak_mib);
  const std::uint64_t all = loop.full_rounds + loop.adaptive_rounds;
  promise.measured = fmt::format("{} + {} rounds; report {:.2f} s of CPU with reading, {:.0f} MiB",
                                 loop.full_rounds, loop.adaptive_rounds, cpu_s, peak);
  const bool few = all <= most_rounds || fleet.nodes() <= round_robin_up_to;
  promise.holds = few && peak < most_mib;  // reading, which grows with the rows, is not promised
  return promise;
}

Promise network_nodes(const Score& score) {
  Promise promise{
      "P2", "nodes: precision and recall >= 99.9 %, <= 1 healthy accused per 100k", not_asked, {}};
  const bool accuses = score.network_nodes_healthy_accused > 0;
  if (!is_asked(score.network_nodes) && !accuses) return promise;
  const double per_100k = 1e5 * static_cast<double>(score.network_nodes_healthy_accused) /
                          static_cast<double>(std::max<std::uint64_t>(score.nodes, 1));
  promise.measured = fmt::format("{}; {} healthy accused", in_words("nodes", score.network_nodes),
                                 score.network_nodes_healthy_accused);
  // One in a small fleet is more than one in 100,000, and no less wrong.
  promise.holds = reaches(score.network_nodes, 0.999, 0.999) && per_100k <= 1;
  return promise;
}

Promise nics(const Score& score) {
  Promise promise{"P3", "NICs >= 99.5 %, leaves and their rails >= 99 %", not_asked, {}};
  std::string measured;
  bool holds = true;
  const auto add = [&](const char* what, const Hits& hits, double least) {
    if (!is_asked(hits)) return;
    measured += (measured.empty() ? "" : "; ") + in_words(what, hits);
    holds = holds && reaches(hits, least, least);
  };
  add("NICs", score.nics, 0.995);
  add("leaves", score.leaves, 0.99);
  add("rails of leaves", score.leaf_rails, 0.99);
  if (measured.empty()) return promise;
  promise.measured = measured;
  promise.holds = holds;
  return promise;
}

Promise gpus(const Score& score) {
  Promise promise{
      "P4", "GPU matrix: exactly the culprit >= 99.9 %, of a pair >= 98.5 %", not_asked, {}};
  if (score.gpu_healthy + score.gpu_matrices + score.gpu_pairs == 0) return promise;
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  promise.measured =
      fmt::format("{} of {} GPUs and nodes, {} of {} pairs; {} of {} healthy accused",
                  score.gpu_matrices_exact, score.gpu_matrices, score.gpu_pairs_exact,
                  score.gpu_pairs, score.gpu_healthy_accused, score.gpu_healthy);
  promise.holds = share(score.gpu_matrices_exact, score.gpu_matrices) >= 0.999 &&
                  share(score.gpu_pairs_exact, score.gpu_pairs) >= 0.985 &&
                  share(score.gpu_healthy_accused, score.gpu_healthy) <= 0.001;
  return promise;
}

Promise outliers(const SimulatedFleet& fleet, const Score& score, const LoopEnd& loop) {
  Promise promise{"P5",
                  "slower than other nodes: <= 1 false FAIL, FDR <= 1 %, recall >= 99.5 %, <= 1 % "
                  "measured again",
                  not_asked,
                  {}};
  const Hits& hits = score.outliers;
  // Where each value has a limit of its own, closeness to that is what asks for more runs.
  const bool has_no_limits = std::ranges::any_of(fleet.machine.series, [](const Series& series) {
    return !series.is_fact && !series.is_gate && !series.is_context;
  });
  if (!has_no_limits && score.outlier_fails == 0) return promise;
  const double again = static_cast<double>(loop.rows_again) /
                       static_cast<double>(std::max<std::uint64_t>(loop.rows_first, 1));
  promise.measured = fmt::format(
      "recall {} ({} of {} series); {} FAIL by comparison, {} of them false; {:.3g} % measured "
      "again",
      percent_of(hits.recall()), hits.found, hits.true_ones, score.outlier_fails, hits.false_ones,
      100 * again);
  const double fails = static_cast<double>(std::max<std::uint64_t>(score.outlier_fails, 1));
  promise.holds = hits.false_ones <= 1 && static_cast<double>(hits.false_ones) / fails <= 0.01 &&
                  hits.recall().value_or(1) >= 0.995 && (again <= 0.01 || !has_no_limits);
  return promise;
}

Promise verdicts(const ValueScore& values, std::uint64_t repeats) {
  Promise promise{"P6",
                  "false verdicts <= 0.1 % both ways, none while the interval straddles, healthy "
                  "<= 1.3 runs",
                  not_asked,
                  {}};
  if (values.intervals == 0) return promise;
  const double runs =
      share_of(values.healthy_runs, values.healthy_series * repeats);  // asked for beyond the first
  promise.measured = fmt::format(
      "{} false FAIL of {}, {} false PASS of {}, {} straddling, {:.3f} runs", values.false_fail,
      values.within_limits, values.false_pass, values.beyond_limits, values.straddling, runs);
  promise.holds = share_of(values.false_fail, values.within_limits) <= 1e-3 &&
                  share_of(values.false_pass, values.beyond_limits) <= 1e-3 &&
                  values.straddling == 0 && runs <= 1.3;
  return promise;
}

Promise trend(const std::optional<TrendScore>& trends) {
  Promise promise{"P7",
                  "steps >= 5 % within 3 runs in >= 99.5 %, 4 in >= 99.9 %; <= 1 false alarm per "
                  "10^7 series-runs; a driver is one event",
                  not_asked,
                  {}};
  if (!trends || trends->judged_runs == 0) return promise;
  const TrendScore& t = *trends;
  const auto percent = [](std::uint64_t part, std::uint64_t whole) {
    return percent_of(share_of(part, whole));
  };
  std::string measured;
  if (t.steps > 0) {
    measured = fmt::format(
        "{} steps: {} within 3 runs, {} within 4, {:.2f} in the middle; {} of {} told are dated, "
        "{} "
        "of them within a run, {} within their interval; ",
        t.steps, percent(t.steps_within_three, t.steps), percent(t.steps_within_four, t.steps),
        share_of(t.runs_to_tell, t.steps_told), t.dated, t.steps_told,
        percent(t.dated_within_one, t.dated), percent(t.dated_in_interval, t.dated));
  }
  if (t.drifts > 0) measured += fmt::format("{} of {} slow ones; ", t.drifts_told, t.drifts);
  if (t.told_elsewhere > 0) measured += fmt::format("{} after a move; ", t.told_elsewhere);
  constexpr double days = 365;
  measured += fmt::format(
      "{} false in {} series-runs ({:.2g} per part and year); {} of {} events of the fleet, {} "
      "false",
      t.false_alarms, t.series_runs, days * share_of(t.false_alarms, t.series_runs), t.events_told,
      t.events, t.events_false);
  promise.measured = measured;
  promise.holds = (t.steps == 0 || (share_of(t.steps_within_three, t.steps) >= 0.995 &&
                                    share_of(t.steps_within_four, t.steps) >= 0.999)) &&
                  share_of(t.false_alarms, t.series_runs) <= 1e-7 && t.events_told == t.events &&
                  t.events_false == 0;
  return promise;
}

Promise permutation(const std::optional<bool>& is_permutable) {
  Promise promise{"P8", "the same findings whatever the order of the rows", "not tried", {}};
  if (!is_permutable) return promise;
  promise.holds = is_permutable;
  promise.measured = *is_permutable ? "shuffled and over three runs: the same to the byte"
                                    : "shuffled and over three runs: other findings";
  return promise;
}

Promise coverage(const ValueScore& values) {
  Promise promise{"P9", "intervals cover the true value >= 95 %", not_asked, {}};
  if (values.intervals == 0) return promise;
  const double share = static_cast<double>(values.covering) / static_cast<double>(values.intervals);
  promise.measured =
      fmt::format("{:.5g} % ({} of {})", 100 * share, values.covering, values.intervals);
  promise.holds = share >= 0.95;
  return promise;
}

const char* word(const std::optional<bool>& holds) {
  if (!holds) return "-";
  return *holds ? "holds" : "BROKEN";
}

nlohmann::json json_of(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json json_of(const Hits& hits) {
  return {{"true", hits.true_ones},
          {"found", hits.found},
          {"false", hits.false_ones},
          {"precision", json_of(hits.precision())},
          {"recall", json_of(hits.recall())}};
}

nlohmann::json json_of(const std::optional<TrendScore>& trends) {
  if (!trends) return {};
  const TrendScore& t = *trends;
  return {{"judged_runs", t.judged_runs},
          {"series_runs", t.series_runs},
          {"steps", t.steps},
          {"steps_told", t.steps_told},
          {"steps_within_three", t.steps_within_three},
          {"steps_within_four", t.steps_within_four},
          {"runs_to_tell", t.runs_to_tell},
          {"drifts", t.drifts},
          {"drifts_told", t.drifts_told},
          {"told_elsewhere", t.told_elsewhere},
          {"false_alarms", t.false_alarms},
          {"dated", t.dated},
          {"dated_within_one", t.dated_within_one},
          {"dated_in_interval", t.dated_in_interval},
          {"events", t.events},
          {"events_told", t.events_told},
          {"events_false", t.events_false}};
}

nlohmann::json json_of(const LoopEnd& loop) {
  return {{"seconds", most_of(loop, &ReportEnd::seconds)},
          {"cpu_s", most_of(loop, &ReportEnd::cpu_s)},
          {"peak_mib", most_of(loop, &ReportEnd::peak_mib)}};
}

nlohmann::json json_of(const std::vector<Promise>& promises, const ScoredWorld& scored) {
  const Score& score = scored.score;
  const LoopEnd& loop = scored.loop;
  nlohmann::json all = nlohmann::json::array();
  for (const Promise& p : promises) {
    all.push_back({{"id", p.id},
                   {"promised", p.promised},
                   {"measured", p.measured},
                   {"holds", p.holds ? nlohmann::json(*p.holds) : nlohmann::json()}});
  }
  const ValueScore& v = score.values;
  return {{"promises", all},
          {"exit_code", score.exit_code},
          {"nodes", score.nodes},
          {"accepted", score.accepted},
          {"rejected", score.rejected},
          {"incomplete", score.incomplete},
          {"healthy_nodes", score.healthy_nodes},
          {"healthy_rejected", score.healthy_rejected},
          {"unacceptable_nodes", score.unacceptable_nodes},
          {"unacceptable_accepted", score.unacceptable_accepted},
          {"network_nodes", json_of(score.network_nodes)},
          {"nics", json_of(score.nics)},
          {"leaves", json_of(score.leaves)},
          {"leaf_rails", json_of(score.leaf_rails)},
          {"gpu_matrices", score.gpu_matrices},
          {"gpu_matrices_exact", score.gpu_matrices_exact},
          {"gpu_pairs", score.gpu_pairs},
          {"gpu_pairs_exact", score.gpu_pairs_exact},
          {"outliers", json_of(score.outliers)},
          {"outlier_fails", score.outlier_fails},
          {"trends", json_of(scored.trends)},
          {"values",
           {{"within_limits", v.within_limits},
            {"beyond_limits", v.beyond_limits},
            {"false_fail", v.false_fail},
            {"false_pass", v.false_pass},
            {"straddling", v.straddling},
            {"intervals", v.intervals},
            {"covering", v.covering},
            {"healthy_series", v.healthy_series},
            {"healthy_runs", v.healthy_runs}}},
          {"rounds", {{"full", loop.full_rounds}, {"adaptive", loop.adaptive_rounds}}},
          {"rows",
           {{"first", loop.rows_first},
            {"suspects", loop.rows_of_suspects},
            {"again", loop.rows_again}}},
          {"report", json_of(loop)}};
}

std::string csv_of(const std::vector<Promise>& promises) {
  std::string text = "promise,promised,measured,holds\n";
  for (const Promise& p : promises) {
    text += p.id + ',';
    append_text_cell(p.promised, text);
    text += ',';
    append_text_cell(p.measured, text);
    text += p.holds ? (*p.holds ? ",1\n" : ",0\n") : ",\n";
  }
  return text;
}

}  // namespace

std::vector<Promise> promises_of(const SimulatedFleet& fleet, const ScoredWorld& scored) {
  const Score& score = scored.score;
  const LoopEnd& loop = scored.loop;
  return {rounds(fleet, loop),
          network_nodes(score),
          nics(score),
          gpus(score),
          outliers(fleet, score, loop),
          verdicts(score.values, fleet.world.repeats),
          trend(scored.trends),
          permutation(scored.is_permutable),
          coverage(score.values)};
}

std::string promise_table(const std::vector<Promise>& promises) {
  std::string text;
  for (const Promise& p : promises) {
    text += fmt::format("{}  {:7} {}\n            promised: {}\n", p.id, word(p.holds), p.measured,
                        p.promised);
  }
  return text;
}

std::string score_summary(const ScoredWorld& scored) {
  const Score& score = scored.score;
  const LoopEnd& loop = scored.loop;
  std::string text = fmt::format(
      "verdict: exit {}; {} nodes: {} accepted, {} rejected, {} incomplete\n"
      "wrong REJECT: {} of {} healthy nodes; wrong ACCEPT: {} of {} that may not be accepted\n",
      score.exit_code, score.nodes, score.accepted, score.rejected, score.incomplete,
      score.healthy_rejected, score.healthy_nodes, score.unacceptable_accepted,
      score.unacceptable_nodes);
  const double first = static_cast<double>(std::max<std::uint64_t>(loop.rows_first, 1));
  text += fmt::format(
      "rows: {} at first, {} of suspects, {} again ({:.3g} %); {} reports, the longest {:.2f} s "
      "({:.2f} s of CPU), peak {:.0f} MiB\n",
      loop.rows_first, loop.rows_of_suspects, loop.rows_again,
      100 * static_cast<double>(loop.rows_again) / first, loop.reports.size(),
      most_of(loop, &ReportEnd::seconds), most_of(loop, &ReportEnd::cpu_s),
      most_of(loop, &ReportEnd::peak_mib));
  return text;
}

void write_promises(const std::vector<Promise>& promises, const ScoredWorld& scored,
                    const std::filesystem::path& file) {
  std::string text;
  if (file.extension() == ".json") {
    text = json_of(promises, scored).dump(2) + '\n';
  } else if (file.extension() == ".csv") {
    text = csv_of(promises);
  } else {
    throw FileError(file.string(), 0, "", "expected a name that ends with .csv or .json");
  }
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw FileError(file.string(), 0, "", "cannot be written");
}

bool all_hold(const std::vector<Promise>& promises, const Score& score) {
  const bool none_broken =
      std::ranges::none_of(promises, [](const Promise& promise) { return promise.holds == false; });
  return none_broken && score.healthy_rejected == 0 && score.unacceptable_accepted == 0;
}

}  // namespace plumbline::simulation
