#include "reports/judging/step_suspects.h"

#include "reports/judging/fabric_verdict.h"
#include "reports/judging/pair_rows.h"
#include "reports/judging/run_files.h"
#include "results/schema/host_order.h"

namespace plumbline {

std::optional<std::vector<SuspectedNode>> suspects_of_step(std::span<const RunDirectory> runs,
                                                           const std::string& step,
                                                           BaselineStore& baselines,
                                                           std::size_t threads) {
  const std::string rounds = step + ".round";
  PairRows pairs;
  const RowsByHost rows(
      measurement_files(runs),
      [&](const Measurement& row) {
        if (row.task.starts_with(rounds)) pairs.look_at(row);
      },
      threads);
  if (pairs.kinds().empty()) return std::nullopt;
  const Denominator should_be_there = read_manifests(runs);
  const bool is_known = !should_be_there.sources.empty();
  return FabricVerdict(pairs, is_known ? should_be_there.nodes : pairs.measured_hosts(), baselines)
      .suspects();
}

}  // namespace plumbline
