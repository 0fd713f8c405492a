#include "suites/fleet/fleet_looks.h"

#include <fmt/format.h>

#include "results/schema/exit_code.h"
#include "suites/acceptance/looks.h"
#include "suites/fleet/fleet_run.h"

namespace plumbline {

std::map<std::string, std::vector<Finding>> asked_of_hosts(std::span<const Finding> findings,
                                                           const std::set<std::string>& hosts,
                                                           const std::set<std::string>& lost) {
  std::map<std::string, std::vector<Finding>> asked;
  for (const Finding& f : findings) {
    const bool is_together =
        f.peer.find('/') != std::string::npos || f.subject == "group" || f.params.contains("nodes");
    if (!f.remeasure || f.case_name.empty() || is_together || f.runs >= runs_at_look.back() ||
        !hosts.contains(f.host) || lost.contains(f.host)) {
      continue;
    }
    asked[f.host].push_back(f);
  }
  return asked;
}

bool look_again(FleetRecord& record, FleetRunner& runner, const Judge& judge) {
  std::set<std::string> hosts;
  for (const ManifestEntry& node : record.order().manifest) hosts.insert(node.host);
  // The first look was the suite itself.
  for (std::size_t look = 2; look <= runs_at_look.size(); ++look) {
    const Acceptance so_far =
        judge_run(record.directory(), record.order().baselines, judge, false, runner.interruption);
    if (so_far.exit_code == exit_interrupted) return false;
    if (!so_far.problem.empty()) return true;  // the last judgement says it
    std::set<std::string> lost;
    for (const auto& [host, why] : runner.lost_hosts) lost.insert(host);
    const auto asked =
        asked_of_hosts(read_all<Finding>(record.directory().findings()), hosts, lost);
    if (asked.empty()) return true;
    if (runner.say) {
      std::size_t cases = 0;
      for (const auto& [host, findings] : asked) cases += findings.size();
      runner.say(fmt::format("{} finding{} of {} host{} can change with more runs: measured again",
                             cases, cases == 1 ? "" : "s", asked.size(),
                             asked.size() == 1 ? "" : "s"));
    }
    record.ask(asked);
    if (!run_fleet(record, runner, judge)) return false;
  }
  return true;
}

}  // namespace plumbline
