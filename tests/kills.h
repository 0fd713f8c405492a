#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/rig_fleet.h"

namespace plumbline {

/// A kind of process of a run on many hosts, and where it is found: of several, one is killed.
struct Victim {
  std::string name;
  std::string host;
  std::vector<std::string> words;  ///< of its command line
  /// What is done once it is dead; nothing: the run has to live without it.
  std::function<void()> heal = {};
};

/// Runs of the quick probe on many hosts (tests/runs) of which processes are killed at random
/// moments, and what must be true of them in the end.
class KilledFleet : public RigFleet {
 protected:
  static constexpr int subjects = 12;  ///< that each host measures by itself
  static constexpr int meetings = 6;   ///< of each pair

  /// Each host by itself, then all pairs; `seconds` for each case.
  std::filesystem::path suite(const std::string& seconds);

  /// Who can be killed where the runner is, besides the processes on a host.
  virtual std::vector<Victim> victims_here(const std::string& host) = 0;

  /// Starts the run, kills at 12 to 50 moments, then whatever of `each` was not killed yet as soon
  /// as it is there; continues the run whenever its runner has died, and until it is done; every
  /// row must be there once then, and each of `each` must have been killed.
  void kill_and_continue(const std::vector<std::string>& run_words, int hosts, std::uint32_t seed,
                         const std::vector<std::string>& each);

 private:
  std::vector<Victim> victims_in_turn(const std::string& host, std::mt19937& random);
  bool kill_one_of(const std::vector<Victim>& victims, std::mt19937& random);
  void expect_every_row_once(int hosts);

  std::map<std::string, int> killed_;  ///< by name
};

}  // namespace plumbline
