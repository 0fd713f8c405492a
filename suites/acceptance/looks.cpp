#include "suites/acceptance/looks.h"

#include <algorithm>
#include <set>

namespace plumbline {

std::vector<Remeasurement> plan_look(std::size_t look, const std::string& host,
                                     std::span<const Finding> findings, const Suite& suite,
                                     const CaseSteps& steps) {
  const std::uint64_t wanted = runs_at_look.at(look - 1);
  // A case may have several findings (metrics, parameters); the one with the fewest runs counts.
  std::map<std::string, std::map<std::string, std::uint64_t>> missing;  // step -> case -> runs
  std::uint64_t passes = 0;
  for (const Finding& finding : findings) {
    const auto step = steps.find({finding.probe, finding.case_name});
    if (!finding.remeasure || finding.host != host || finding.runs >= wanted ||
        step == steps.end()) {
      continue;
    }
    std::uint64_t& runs = missing[step->second][finding.case_name];
    runs = std::max(runs, wanted - finding.runs);
    passes = std::max(passes, runs);
  }
  std::vector<Remeasurement> plan;
  for (std::uint64_t pass = 1; pass <= passes; ++pass) {
    for (const Step& step : suite.steps) {
      Remeasurement again{step.name, pass, {}};
      for (const auto& [name, runs] : missing[step.name]) {
        if (pass <= runs) again.cases.push_back(name);
      }
      if (!again.cases.empty()) plan.push_back(std::move(again));
    }
  }
  return plan;
}

}  // namespace plumbline
