#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/judging/judge_runs.h"
#include "reports/judging/worst_findings.h"

namespace plumbline {

/// What the summary is made of, beside the judgement.
struct SummaryInput {
  std::vector<std::string> runs;   ///< their names
  std::vector<Finding> worst;      ///< the worst first
  std::vector<FindingKind> kinds;  ///< shown instead where there are more than `worst` holds
  std::vector<UsedBaselines> baselines;
  std::vector<std::filesystem::path> written;  ///< the files of the report
};

/// What a person reads first, at any hour: the verdict, the worst findings with their sentences,
/// the counts, and what to do next. At most 32 lines, however large the fleet is and whatever is
/// wrong with it. `colour` uses ANSI colours.
std::string terminal_summary(const Judgement& judgement, const SummaryInput& input, bool colour);

/// "REJECT" and so on, for all nodes together.
const char* verdict_word(ExitCode code);

}  // namespace plumbline
