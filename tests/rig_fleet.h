#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/measurement.h"
#include "results/schema/run_directory.h"
#include "tests/scripted_rig.h"

namespace plumbline {

/// Hosts n1, n2 ... of a rig, and one from which plumbline measures them.
class RigFleet : public ::testing::Test {
 protected:
  virtual Said on(const std::string& host, const std::vector<std::string>& words) = 0;
  /// plumbline of `bin` where runs are started, with the results of this test.
  virtual Running start(const std::filesystem::path& bin, std::vector<std::string> words) = 0;

  void make_rig(const std::filesystem::path& script, const std::vector<std::string>& options) {
    rig_.emplace(script, options);
  }
  ScriptedRig& rig() { return *rig_; }

  Said say(const std::filesystem::path& bin, std::vector<std::string> words);

  /// A file of the test that every host sees.
  std::filesystem::path write(const std::string& name, const std::string& text);

  /// Processes of a host that have all of these words in their command line, and none of those
  /// that begin with '!'.
  std::vector<std::string> processes(const std::string& host,
                                     const std::vector<std::string>& words);
  void signal(const std::string& host, const std::string& process, const std::string& signal);

  std::filesystem::path results() const { return rig_->shared("results"); }
  bool has_begun() const;
  RunDirectory run() const { return RunDirectory::latest(results()); }
  /// The measurements.csv of each host and task that have arrived; of a run that goes on.
  std::vector<std::filesystem::path> sent_tables() const;
  /// Whether a row with `text` in it has arrived of a task and a host, in whose names these are.
  bool has_sent(const std::string& host, const std::string& task, const std::string& text) const;
  std::vector<Measurement> rows() const;
  std::vector<Measurement> rows_of(const std::string& metric) const;
  /// What is said of the tasks that did not end well.
  std::string failures() const;

 private:
  std::optional<ScriptedRig> rig_;
};

}  // namespace plumbline
