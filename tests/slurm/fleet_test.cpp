// Runs on the nodes of a Slurm allocation: one srun, whose parts are killed.

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "tests/kills.h"

namespace plumbline {
namespace {

const std::filesystem::path script = PLUMBLINE_SLURM_RIG;

/// Nodes n1, n2 ... of a Slurm rig. Runs are started at the controller, each in an allocation.
template <class Base>
class SlurmNodes : public Base {
 protected:
  void SetUp() override {
    const std::string missing = ScriptedRig::missing(script);
    if (!missing.empty()) GTEST_SKIP() << missing;
  }

  void make_nodes(int count) {
    nodes_ = count;
    this->make_rig(script, {std::to_string(count), "--share", PLUMBLINE_BUILD});
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

class SlurmKill : public SlurmNodes<KilledFleet> {
 protected:
  static constexpr int nodes = 4;

  std::vector<Victim> victims_here(const std::string& host) override {
    return {{"runner", "ctl", {"bin/plumbline", "--results", "!salloc"}},
            {"way", "ctl", {"srun", "relay"}},
            {"slurmstepd", host, {"slurmstepd: ["}},
            {"slurmd", host, {"slurmd "}, [this, host] {
               std::this_thread::sleep_for(std::chrono::seconds(1));
               on(host, {"slurmd"});
             }}};
  }
  std::vector<Victim> victims_on(const std::string& host) override {
    return {{"relay", host, {"bin/plumbline relay"}},
            {"rank", host, {"plumbline-probe-quick", "--ranks"}},
            {"probe", host, {"plumbline-probe-quick", "--subjects"}},
            {"runner of a host", host, {"bin/plumbline", "--run-name"}}};
  }
  std::vector<std::string> resume_words(const std::filesystem::path& run) override {
    return {"resume", run};
  }
};

TEST_F(SlurmKill, AtManyMomentsLosesAndDoublesNothing) {
  make_nodes(nodes);
  kill_and_continue(
      {"run", suite("0.6"), "--slurm", "--hosts-lock-file", "/run/plumbline.lock", "--seed", "7"},
      nodes, 20261130);
  for (const char* victim : {"runner", "rank", "relay", "slurmd"}) {
    EXPECT_GE(killed()[victim], 2) << victim;
  }
}

}  // namespace
}  // namespace plumbline
