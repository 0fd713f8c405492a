#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/runs/rig.h"

namespace plumbline {

/// Runs on many hosts, which are all this machine; ssh is a stand-in that starts what it is told,
/// or refuses a host.
class LocalFleet : public ::testing::Test {
 protected:
  void SetUp() override;

  /// The suite with options for its steps: alone, pairs.
  void with_options(const std::string& alone, const std::string& pairs);
  /// A file of hosts of these names; each has an address of this machine.
  std::string hosts_file(const std::vector<std::string>& names);
  std::vector<std::string> words(const std::vector<std::string>& hosts,
                                 const std::string& verb = "run");
  Said run(const std::vector<std::string>& hosts, const std::string& verb = "run");

  std::vector<Measurement> rows() const;
  std::vector<Measurement> rows_of(const std::string& metric) const;
  /// The notes of tasks that failed, by host.
  std::multimap<std::string, std::string> failures() const;

  Rig rig;
  ScratchFolder scratch_;
  std::string suite_;
};

}  // namespace plumbline
