#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/journal.h"
#include "results/schema/measurement.h"
#include "results/schema/run_directory.h"
#include "tests/scripted_rig.h"

namespace plumbline {

/// Hosts n1, n2 ... of a fabric rig with two rails each, and a host `head` from which plumbline
/// measures them over ssh.
class FabricFleet : public ::testing::Test {
 protected:
  static constexpr int hosts = 4;
  /// Of a rail, in Mbit/s: so little that a busy machine carries it evenly.
  static constexpr double rail_rate = 40;

  void SetUp() override;

  ScriptedRig& rig() { return *rig_; }

  /// plumbline of `bin` at the head, with the results of this test.
  Running start(const std::filesystem::path& bin, std::vector<std::string> words);
  Said say(const std::filesystem::path& bin, std::vector<std::string> words);
  /// `run SUITE` on these hosts.
  std::vector<std::string> run_words(const std::filesystem::path& suite,
                                     const std::string& on = "n1,n2,n3,n4");

  /// A file of the test that every host sees.
  std::filesystem::path write(const std::string& name, const std::string& text);

  /// Processes of a host that have all of these words in their command line.
  std::vector<std::string> processes(const std::string& host,
                                     const std::vector<std::string>& words);
  void signal(const std::string& host, const std::string& process, const std::string& signal);

  bool has_begun() const;
  RunDirectory run() const { return RunDirectory::latest(results()); }
  std::vector<Measurement> rows() const;
  std::vector<Measurement> rows_of(const std::string& metric) const;
  std::filesystem::path results() const { return rig_->shared("results"); }

 private:
  std::optional<ScriptedRig> rig_;
};

/// "n3/rail1": the ends of a row of a path between hosts.
std::string sender_of(const Measurement& row);
const std::string& receiver_of(const Measurement& row);
bool concerns(const Measurement& row, const std::string& end);

}  // namespace plumbline
