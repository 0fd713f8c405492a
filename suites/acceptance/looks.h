#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "results/schema/finding.h"
#include "suites/description/suite.h"

namespace plumbline {

/// So many runs has a case at the first look at its verdict, the second ... What the last look
/// leaves undecided is INCONCLUSIVE. suites/README.md gives the protocol and its reasons.
inline constexpr std::array<std::uint64_t, 4> runs_at_look = {1, 3, 6, 12};

/// Which step of the suite measures a case: (probe, case) -> step.
using CaseSteps = std::map<std::pair<std::string, std::string>, std::string>;

/// Cases of one step that a look measures once more.
struct Remeasurement {
  std::string step;
  std::uint64_t pass = 1;
  std::vector<std::string> cases;

  bool operator==(const Remeasurement&) const = default;
};

/// What look `look` (from 2) must measure on `host`, in order: every undecided case once, then
/// every one that needs more a second time, and so on. A case is never measured twice in a row if
/// there is another. Empty: nothing that more runs could change.
std::vector<Remeasurement> plan_look(std::size_t look, const std::string& host,
                                     std::span<const Finding> findings, const Suite& suite,
                                     const CaseSteps& steps);

}  // namespace plumbline
