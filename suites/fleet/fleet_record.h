#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/journal.h"
#include "results/schema/manifest.h"
#include "results/schema/run_directory.h"
#include "results/schema/suspected_node.h"
#include "suites/description/suite.h"
#include "suites/fleet/parts.h"
#include "suites/running/task_outcome.h"

namespace plumbline {

/// By what hosts are reached.
enum class Engine { ssh, srun, mpirun };
inline constexpr auto engine_names = names_of<Engine>("ssh", "srun", "mpirun");

/// In a host's folder: the findings that ask it to measure again.
inline constexpr const char* asked_file = "asked.csv";

/// What a run on many hosts was asked to be; written down at its start, so that it can be continued
/// as such.
struct FleetRunOrder {
  std::string command;  ///< as typed
  std::string machine;  ///< the runner's own host
  bool accept = false;
  Seconds look_gap{0};
  std::vector<std::string> baselines;
  std::string history;                 ///< of the report on all hosts
  Manifest manifest;                   ///< the hosts
  std::vector<std::string> addresses;  ///< of each, for ssh
  std::string instance_type;           ///< of all of them; empty: what each says itself
  Engine engine = Engine::ssh;
  std::string engine_command;  ///< "ssh -F config"
  std::string bin;             ///< of plumbline's programs on the hosts
  std::uint64_t at_once = 64;
  std::string
      lock_file;  ///< of the hosts, "{host}" in it stands for the name; empty: the usual one
  std::uint64_t seed = 0;  ///< of the rounds
  /// Hosts of the manifest that are tested again after the rounds of each step on pairs, in the
  /// place of those that are found; nothing: whoever is found.
  std::optional<std::vector<SuspectedNode>> suspects = std::nullopt;
};

/// Who says which hosts are tested again: the run's order, plumbline-report, or the schedule's rule
/// for the rounds.
enum class SuspectSource { order, report, rounds };
inline constexpr auto suspect_source_names = names_of<SuspectSource>("order", "report", "rounds");

/// The hosts that are tested again after the rounds of a step on pairs.
struct SuspectChoice {
  SuspectSource source = SuspectSource::rounds;
  std::string measured;  ///< stands for the pairs that it was made of: other pairs, another choice
  std::vector<SuspectedNode> suspects;  ///< each once
  std::string problem;                  ///< why the report does not say it; empty: it does
};

/// A task on hosts that work together, or on one.
struct FleetTask {
  std::string id;    ///< "nodes@n1", "fabric.round3@n1+n2"
  std::string step;  ///< of the suite; "nodes" for all that a host does alone
  std::string probe;
  std::vector<std::string> hosts;
  std::uint64_t attempt = 1;
};

/// A run on many hosts on disk: its folder, its suite, how its tasks ended, what the hosts sent.
/// What changes is in the journal or in a table before the call returns.
class FleetRecord {
 public:
  static FleetRecord create(const std::filesystem::path& results, const Suite& suite,
                            const FleetRunOrder& order, const std::string& run_name);
  /// Throws FileError if it cannot be continued.
  static FleetRecord open(const std::filesystem::path& folder);

  const RunDirectory& directory() const { return directory_; }
  const Suite& suite() const { return suite_; }
  const FleetRunOrder& order() const { return order_; }
  Parts& parts() { return parts_; }
  const Parts& parts() const { return parts_; }

  /// How a task ended; nothing: it has not, or was killed.
  std::optional<TaskOutcome> outcome(const std::string& task) const;
  /// Every task that has ended did so well.
  bool all_well() const;
  /// One more than that of its latest end.
  std::uint64_t next_attempt(const std::string& task) const;
  void started(const FleetTask& task);
  /// `blamed`: whose rows say so; empty: all hosts of the task, for what one of them is not tested
  /// in, the others are not either.
  void ended(const FleetTask& task, const TaskEnd& end, std::vector<std::string> blamed = {});
  /// The task as it ended last.
  FleetTask latest(FleetTask task) const;

  /// Takes those up again that have ended and are chosen, as a further attempt; how many. `words`
  /// are what a host's own `plumbline retry` is told. Forgotten when the record is opened again:
  /// what was begun by then goes on, and the rest is not begun.
  std::size_t retry(const std::function<bool(const FleetTask& task, TaskOutcome outcome)>& chosen,
                    std::vector<std::string> words);
  /// Hosts are to measure again what these findings ask for, each by itself, as a further attempt
  /// of its own task. Forgotten as what retry() takes up.
  void ask(const std::map<std::string, std::vector<Finding>>& by_host);
  /// The findings that a host is asked for, as the bytes of a table; empty: none.
  std::string asked(const std::string& host) const;
  /// Nothing: it is not tried again.
  const std::vector<std::string>* retry_words(const std::string& task) const;

  /// Tasks that were killed and not run again since.
  std::vector<FleetTask> killed() const;

  /// The hosts with which a step was begun, sorted; more than once where it was begun again with
  /// hosts that had come back.
  std::vector<std::vector<std::string>> beginnings(const std::string& step) const;
  void note_beginning(const std::string& step, std::vector<std::string> hosts);

  /// The latest for the step; null if there is none.
  const SuspectChoice* suspect_choice(const std::string& step) const;
  void note_suspects(const std::string& step, SuspectChoice choice);

  void note(const std::string& event,
            std::vector<std::pair<std::string, std::string>> details = {});

 private:
  FleetRecord(RunDirectory directory, Suite suite, FleetRunOrder order);
  void settle_unjournaled_ends();

  RunDirectory directory_;
  Suite suite_;
  FleetRunOrder order_;
  Journal journal_;
  Parts parts_;
  std::map<std::string, TaskOutcome> ended_;
  std::map<std::string, std::uint64_t> attempts_;  ///< of the latest end
  std::map<std::string, FleetTask> begun_;         ///< as begun last
  std::map<std::string, std::vector<std::vector<std::string>>> beginnings_;
  std::map<std::string, SuspectChoice> suspects_;  ///< by step
  std::set<std::string> retried_;
  std::vector<std::string> retry_words_;
  std::map<std::string, std::string> asked_;  ///< by host
};

/// True for a run that FleetRecord made.
bool is_fleet_run(const std::filesystem::path& folder);

}  // namespace plumbline
