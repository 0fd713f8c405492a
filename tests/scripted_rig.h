#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/running.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// A rig that a script makes (tests/fabric/rig, tests/slurm/rig), with all that runs in it gone
/// when this is. For a test of which this process may be killed, the script's `down` does the same.
class ScriptedRig {
 public:
  /// What `check` says is missing on this machine; "" if nothing is. For GTEST_SKIP.
  static std::string missing(const std::filesystem::path& script,
                             const std::vector<std::string>& options = {});

  /// `up` with these options. Throws std::runtime_error with what the script said.
  ScriptedRig(std::filesystem::path script, const std::vector<std::string>& options);
  ScriptedRig(const ScriptedRig&) = delete;
  ScriptedRig& operator=(const ScriptedRig&) = delete;
  ~ScriptedRig();

  /// The script's verb on this rig, with what else it needs: say("exec", {"host0", "hostname"}).
  Said say(const std::string& verb, const std::vector<std::string>& words = {});
  Running start(const std::string& verb, const std::vector<std::string>& words = {});

  std::filesystem::path folder() const { return scratch_ / "rig"; }
  /// A place for files of the test, seen in every host.
  std::filesystem::path shared(const std::string& name) const { return folder() / name; }

 private:
  std::filesystem::path script_;
  ScratchFolder scratch_;
  int outputs_ = 0;
};

}  // namespace plumbline
