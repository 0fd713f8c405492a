#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/append_file.h"
#include "results/schema/run_directory.h"
#include "suites/schedule/round.h"
#include "suites/simulation/row_text.h"
#include "suites/simulation/simulated_fleet.h"

namespace plumbline::simulation {

/// Series of one node that are measured once more.
struct Again {
  std::size_t node = 0;
  std::size_t series = 0;
  std::uint64_t attempt = 2;
};

/// Writes one run of a simulated fleet as the runner and the probes would: the same files, and in
/// them rows that say `simulated`. Everything follows from the fleet, its seed and the number of
/// the run, whatever the number of threads.
class RunWriter {
 public:
  /// `run` counts from 0: the day. The folder is empty.
  RunWriter(const SimulatedFleet& fleet, RunDirectory directory, std::uint64_t run,
            unsigned threads);

  const RunDirectory& directory() const { return directory_; }
  std::uint64_t run() const { return run_; }
  std::uint64_t rows() const { return rows_; }

  /// The baselines that the report cannot know, for its option --baselines; nothing if it knows
  /// them.
  std::optional<std::filesystem::path> baselines() const;

  /// Who should be there, what the devices and the software are, what is really wrong.
  void write_tables(const std::vector<Baseline>& baselines);

  /// What each node measures alone, once.
  void write_nodes();

  /// Rounds of pairs, all measured at the same time; `name` is the round's: "efa_pairs.round1".
  void write_round(const schedule::Round& round, const std::string& name);

  /// Further measurements of what nodes measure alone.
  void write_again(const std::vector<Again>& again);

  /// What the journal says in the end.
  void finish();

 private:
  std::string head_of(std::size_t node, std::size_t probe, std::uint64_t attempt) const;
  void append_series(std::size_t node, std::size_t series, const std::string& head,
                     std::uint64_t attempt, std::string& lines) const;
  void append_node(std::size_t node, std::string& lines) const;
  void append_pair(const schedule::Pair& pair, const std::string& name, std::uint64_t round,
                   std::string& lines) const;
  void write_blocks(std::size_t count, std::size_t rows_of_one,
                    const std::function<void(std::size_t, std::string&)>& append);
  void write_devices() const;
  void write_context() const;
  void journal(const std::string& event, std::uint64_t seconds,
               std::vector<std::pair<std::string, std::string>> details,
               const std::string& task = "") const;

  const SimulatedFleet& fleet_;
  RunDirectory directory_;
  std::uint64_t run_;
  unsigned threads_;
  WallTime start_;
  std::vector<RowText> texts_;               ///< of each series
  std::vector<RowText> tasks_;               ///< of each probe, when it ended well
  std::vector<std::vector<RowText>> paths_;  ///< of each kind and rail
  AppendFile measurements_;
  std::uint64_t rounds_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace plumbline::simulation
