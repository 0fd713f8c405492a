#include "suites/running/old_runs.h"

#include <algorithm>
#include <regex>

#include "results/schema/finding.h"
#include "results/schema/journal.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

/// True if the journal says so; a folder that is not plainly ours is none of our business.
bool is_run_of(const RunDirectory& run, const std::string& suite, const std::string& host) {
  try {
    const auto events = read_journal(run.journal());
    return !events.empty() && events.front().event == "run_started" &&
           events.front().detail("suite") == suite && events.front().detail("host") == host;
  } catch (const std::exception&) {
    return false;
  }
}

bool rejected(const RunDirectory& run) {
  if (!fs::exists(run.nodes())) return false;
  try {
    const auto nodes = read_all<NodeVerdict>(run.nodes());
    return std::any_of(nodes.begin(), nodes.end(),
                       [](const NodeVerdict& node) { return node.outcome == NodeOutcome::reject; });
  } catch (const std::exception&) {
    return true;  // cannot be told, so it stays
  }
}

}  // namespace

std::vector<RunDirectory> old_runs(const fs::path& results, const std::string& suite,
                                   const std::string& host, unsigned days, WallTime now) {
  const std::string oldest_kept = format_time_for_name(now - std::chrono::days{days});
  const std::regex name_of_run("[0-9]{8}T[0-9]{6}Z_.+");
  std::vector<RunDirectory> runs;
  std::string newest;
  const fs::path folder = results / "runs";
  if (!fs::is_directory(folder)) return runs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.is_symlink() || !entry.is_directory() || !std::regex_match(name, name_of_run))
      continue;
    RunDirectory run = RunDirectory::at(entry.path());
    if (!is_run_of(run, suite, host)) continue;
    newest = std::max(newest, name);
    if (name < oldest_kept && !rejected(run)) runs.push_back(std::move(run));
  }
  std::erase_if(runs, [&](const RunDirectory& run) { return run.name() == newest; });
  std::sort(runs.begin(), runs.end(),
            [](const RunDirectory& a, const RunDirectory& b) { return a.name() < b.name(); });
  return runs;
}

}  // namespace plumbline
