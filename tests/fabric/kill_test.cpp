// Ranks, relays, the ways to hosts and the runner are killed at random moments of a run over ssh.

#include "tests/fabric/fleet.h"
#include "tests/kills.h"

namespace plumbline {
namespace {

class FabricKill : public FabricHosts<KilledFleet> {
 protected:
  std::vector<Victim> victims_here(const std::string& host) override {
    return {{"runner", "head", {"bin/plumbline", "--results"}},
            {"way", "head", {"ssh", "relay --host " + host}}};
  }
};

TEST_F(FabricKill, AtManyMomentsLosesAndDoublesNothing) {
  kill_and_continue(run_words(suite("0.4")), hosts, 20261130, {"runner", "rank", "relay"});
}

}  // namespace
}  // namespace plumbline
