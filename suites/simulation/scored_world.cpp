#include "suites/simulation/scored_world.h"

#include "results/schema/file_error.h"
#include "suites/simulation/permuted_run.h"

namespace plumbline::simulation {
namespace {

namespace fs = std::filesystem;

/// The same rows in another order, over several runs, judged again; nothing where that is too much.
std::optional<bool> try_permutation(const SimulatedFleet& fleet, const RunWriter& writer,
                                    const fs::path& report, Interruption& interruption) {
  constexpr std::uintmax_t most_bytes = std::uintmax_t{2} << 30U;
  const RunDirectory& run = writer.directory();
  if (fs::file_size(run.measurements()) > most_bytes) return std::nullopt;
  const auto results = run.path() / "permuted";
  const auto runs = permuted_runs(run, results, fleet.seed, 3);
  std::vector<fs::path> folders;
  for (const RunDirectory& directory : runs) folders.push_back(directory.path());
  run_report(report_command({report, results}, folders, writer.baselines()),
             run.logs() / "permuted.log", interruption);
  const bool same = same_bytes(run.findings(), runs.front().findings());
  fs::remove_all(results);
  return same;
}

/// Runs of other worlds must not be among those that a run is compared with.
fs::path history_folder(const SimulatedFleet& fleet, const WriteOrder& order) {
  const std::string& name = order.run_name.empty() ? fleet.world.name : order.run_name;
  fs::path folder = order.results / "histories" / name;
  if (fs::exists(folder)) {
    throw FileError(folder.string(), 0, "",
                    "is there already: remove it, or give another --run-name");
  }
  return folder;
}

}  // namespace

ScoredWorld score_world(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines,
                        const ScoreOrder& order) {
  Interruption interruption;
  const std::uint64_t runs = fleet.world.runs;
  const bool has_history = runs > 1;
  WriteOrder write = order.write;
  if (has_history) write.results = history_folder(fleet, write);
  const LoopOrder loop{order.report, write.results,
                       has_history ? write.results / "runs" : fs::path()};
  std::optional<TrendScoring> trends;
  if (has_history) trends.emplace(fleet);
  for (std::uint64_t run = 0;; ++run) {
    RunWriter writer(fleet, make_directory(fleet, write, run), run, write.threads);
    write_run(fleet, baselines, writer);
    writer.finish();
    const bool is_last = run + 1 == runs;
    if (!is_last && run < runs_before_trends) {
      trends->skip(run, writer.directory());
      continue;
    }
    LoopEnd end = accept_simulated(fleet, writer, loop, interruption);
    if (trends) trends->look_at(run, writer.directory());
    if (!is_last) continue;
    ScoredWorld scored{writer.directory(), std::move(end), {}, {}, {}};
    scored.score = score_run(fleet, scored.run, run, scored.loop.reports.back().exit_code);
    // Without its history a run is judged otherwise.
    if (order.permute && !has_history) {
      scored.is_permutable = try_permutation(fleet, writer, order.report, interruption);
    }
    if (trends) scored.trends = trends->finish();
    return scored;
  }
}

}  // namespace plumbline::simulation
