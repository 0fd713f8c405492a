#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/rig_fleet.h"

namespace plumbline {

/// The script that makes the nodes, and the folder of the programs that they see.
std::string slurm_rig();
std::string build_folder();

/// Nodes n1, n2 ... of a Slurm rig. Runs are started at the controller, each in an allocation.
template <class Base>
class SlurmNodes : public Base {
 protected:
  void SetUp() override {
    const std::string missing = ScriptedRig::missing(slurm_rig());
    if (!missing.empty()) GTEST_SKIP() << missing;
  }

  void make_nodes(int count) {
    nodes_ = count;
    this->make_rig(slurm_rig(), {std::to_string(count), "--share", build_folder()});
  }

  Said on(const std::string& host, const std::vector<std::string>& words) override {
    std::vector<std::string> all = words;
    if (host != "ctl") all.insert(all.begin(), host);
    return this->rig().say(host == "ctl" ? "exec" : "on", all);
  }

  Running start(const std::filesystem::path& bin, std::vector<std::string> words) override {
    words.insert(words.begin(),
                 {"salloc", "--quiet", "--exclusive", "--nodes=" + std::to_string(nodes_),
                  "--no-kill", bin / "plumbline"});
    words.insert(words.end(), {"--results", this->results()});
    return this->rig().start("exec", words);
  }

 private:
  int nodes_ = 0;
};

}  // namespace plumbline
