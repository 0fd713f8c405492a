// Runs on the nodes of a Slurm allocation: one srun, whose parts are killed.

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "tests/kills.h"
#include "tests/slurm/nodes.h"

namespace plumbline {
namespace {

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
};

TEST_F(SlurmKill, AtManyMomentsLosesAndDoublesNothing) {
  make_nodes(nodes);
  kill_and_continue(
      {"run", suite("0.6"), "--slurm", "--hosts-lock-file", "/run/plumbline.lock", "--seed", "7"},
      nodes, 20261130, {"runner", "rank", "relay", "slurmd"});
}

}  // namespace
}  // namespace plumbline
