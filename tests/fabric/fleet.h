#pragma once

#include <string>
#include <vector>

#include "tests/rig_fleet.h"

namespace plumbline {

/// What is missing on this machine for hosts of a fabric rig; "" if nothing is.
std::string missing_for_fabric();
std::vector<std::string> fabric_options(int hosts, double rail_rate);
extern const std::filesystem::path fabric_script;

/// Hosts n1, n2 ... of a fabric rig with two rails each, and a host `head` from which plumbline
/// measures them over ssh. `Base` is a RigFleet.
template <class Base>
class FabricHosts : public Base {
 protected:
  static constexpr int hosts = 4;
  /// Of a rail, in Mbit/s: so little that a busy machine carries it evenly.
  static constexpr double rail_rate = 40;

  void SetUp() override {
    const std::string missing = missing_for_fabric();
    if (!missing.empty()) GTEST_SKIP() << missing;
    this->make_rig(fabric_script, fabric_options(hosts, rail_rate));
  }

  Said on(const std::string& host, const std::vector<std::string>& words) override {
    std::vector<std::string> all = {host};
    all.insert(all.end(), words.begin(), words.end());
    return this->rig().say("exec", all);
  }

  Running start(const std::filesystem::path& bin, std::vector<std::string> words) override {
    words.insert(words.begin(), {"head", bin / "plumbline"});
    if (words[2] != "report") words.insert(words.end(), {"--results", this->results()});
    return this->rig().start("exec", words);
  }

  /// `run SUITE` on these hosts.
  std::vector<std::string> run_words(const std::filesystem::path& suite) {
    return {"run",
            suite,
            "--hosts",
            "n[1-" + std::to_string(hosts) + "]",
            "--ssh",
            "ssh -F " + (this->rig().folder() / "ssh" / "config").string(),
            "--hosts-lock-file",
            "/run/plumbline.lock",  // each host has a /run of its own
            "--seed",
            "7"};
  }
};

using FabricFleet = FabricHosts<RigFleet>;

/// "n3/rail1": the ends of a row of a path between hosts.
std::string sender_of(const Measurement& row);
const std::string& receiver_of(const Measurement& row);
bool concerns(const Measurement& row, const std::string& end);

}  // namespace plumbline
