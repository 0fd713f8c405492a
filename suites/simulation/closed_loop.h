#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "suites/simulation/report_process.h"
#include "suites/simulation/run_writer.h"

namespace plumbline::simulation {

/// How the loop reaches the report.
struct LoopOrder {
  std::filesystem::path report;        ///< the program plumbline-report
  std::filesystem::path results;       ///< the folder that has the run below runs/
  std::filesystem::path history = {};  ///< of the runs before it; empty: it is judged alone
};

/// What an acceptance of the simulated fleet came to.
struct LoopEnd {
  std::vector<ReportEnd> reports;      ///< each judgement, the last one is the verdict
  std::uint64_t full_rounds = 0;       ///< of pairs, that every node took part in
  std::uint64_t adaptive_rounds = 0;   ///< of suspects
  std::uint64_t rows_first = 0;        ///< measured before the first judgement
  std::uint64_t rows_of_suspects = 0;  ///< of pairs of suspects
  std::uint64_t rows_again = 0;        ///< of single measurements that were undecided
};

/// The command that judges a run.
std::vector<std::string> report_command(const LoopOrder& order,
                                        const std::vector<std::filesystem::path>& runs,
                                        const std::optional<std::filesystem::path>& baselines);

/// Plays the runner of an acceptance: judges, lets suspects meet nodes that never failed, measures
/// again what the findings ask for (1, 3, 6, 12 runs), judges again. The first measurements are
/// written already.
LoopEnd accept_simulated(const SimulatedFleet& fleet, RunWriter& writer, const LoopOrder& order,
                         Interruption& interruption);

}  // namespace plumbline::simulation
