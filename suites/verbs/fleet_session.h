#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/install_tree.h"
#include "suites/fleet/fleet_record.h"

namespace plumbline {

/// What `run` and `accept` take about many hosts.
struct FleetOptions {
  std::string hosts;  ///< a file, or a list
  bool slurm = false;
  std::string ssh = "ssh";
  std::string srun = "srun";
  std::string mpirun;  ///< empty: not by it
  std::string remote_bin;
  std::uint64_t at_once = 64;
  std::string hosts_lock;
  std::optional<std::uint64_t> seed;
  std::string suspects;  ///< a file; empty: whoever is found

  void add_to(CLI::App& app);
  /// Only which hosts they are, and in what order they meet.
  void add_hosts_to(CLI::App& app);
  bool wanted() const { return slurm || !hosts.empty(); }
};

/// What else a run on many hosts is, from the options that all runs have.
struct FleetStart {
  std::string results;
  std::string suite;
  std::string run_name;
  std::string manifest;
  bool quiet = false;
  FleetRunOrder order;  ///< without hosts and engine
};

/// The hosts that the options name, with what the manifest (empty: none) knows of them.
Manifest manifest_of(const FleetOptions& options, const std::string& manifest);

/// Starts a run on many hosts and carries it to its end. Returns an exit code.
int start_fleet(const FleetStart& start, const FleetOptions& options, const InstallTree& tree);

/// The same for one that was interrupted.
int resume_fleet(const std::filesystem::path& folder, bool quiet, const InstallTree& tree);

/// Runs tasks of a run on many hosts again, as a further attempt.
int retry_fleet(const std::filesystem::path& folder, bool quiet, const InstallTree& tree,
                const std::string& command,
                const std::function<bool(const FleetTask& task, TaskOutcome outcome)>& chosen,
                const std::vector<std::string>& words);

}  // namespace plumbline
