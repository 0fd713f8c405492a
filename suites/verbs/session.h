#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "results/schema/install_tree.h"
#include "suites/acceptance/accept.h"
#include "suites/running/host_lock.h"

namespace plumbline {

/// What the verbs that run tasks have in common on their command lines.
struct SessionOptions {
  std::string results = "results";
  std::string lock_file;  ///< empty: host_lock_file()
  bool quiet = false;
  bool quiet_if_ok = false;  ///< one paragraph at the end, and only if not all is well

  void add_to(CLI::App& app);
};

/// This process as the one that measures on this host: it holds the host's lock, counts signals and
/// shows how the run goes. Made first, since signals and the lock come before everything else.
class Session {
 public:
  /// Throws HostBusy if another run is going on here.
  Session(const SessionOptions& options, const InstallTree& tree);

  /// Names the run in the lock and says what is known to be amiss before it starts: another run
  /// that was killed, probes that are not here.
  void begin(const RunRecord& record);

  /// Runs a record to its end or to its verdict and says how it ended. Returns the exit code.
  int finish(RunRecord& record);

  /// The tasks of `record` are about the virtual machine in its folder, not about this host. Throws
  /// FileError if that is not there.
  void rehearse(const RunRecord& record);

  Progress& progress() { return *progress_; }
  Interruption& interruption() { return interruption_; }

 private:
  int measure(RunRecord& record);
  void ask_for_times(const RunRecord& record);

  SessionOptions options_;
  InstallTree tree_;
  Interruption interruption_;
  HostLock lock_;
  std::unique_ptr<Progress> progress_;
  Runner runner_;
  bool rehearses_ = false;
};

/// This host under the name and type that the command line gives it, or its own.
HostIdentity this_host(const std::string& host, const std::string& instance_type);

/// What a person is told of a run that a signal has interrupted.
std::string interrupted_words(Interruption& interruption, const std::filesystem::path& run);

/// The command line as typed.
std::string command_line(const std::string& verb, const std::vector<std::string>& arguments);

}  // namespace plumbline
