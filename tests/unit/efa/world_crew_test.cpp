#include "probes/efa/world_crew.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/efa/agent.h"
#include "probes/efa/bandwidth.h"
#include "probes/efa/hosts.h"
#include "tests/unit/efa/loopback.h"

namespace plumbline::efa {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

constexpr int ranks = 3;

/// Rank 0 here, the others in processes of their own, as on other hosts.
class World : public testing::Test {
 protected:
  World() : site_(loopback_site("tcp")), listener_(Endpoint{"127.0.0.1", 0}) {
    for (int rank = 1; rank < ranks; ++rank) followers_.push_back(start_follower(rank));
    const Place own = place(0);
    crew_ = std::make_unique<WorldCrew>(
        this_program(), Leader::gather(std::move(listener_), own, participant_of(rails(0))));
  }
  ~World() override {
    crew_.reset();
    for (const pid_t follower : followers_) ::waitpid(follower, nullptr, 0);
  }

  static HostRails rails(int rank, const Site& site) {
    HostRails rails;
    rails.host = "n" + std::to_string(rank);
    rails.provider = "any";
    rails.rails = {site.rail};
    return rails;
  }
  HostRails rails(int rank) const { return rails(rank, site_); }
  Place place(int rank) const {
    return {.rank = rank,
            .size = ranks,
            .engine = "options",
            .rendezvous = {"127.0.0.1", listener_.port()},
            .token = "t0ken",
            .gather_limit_s = 60};
  }
  Site site(unsigned rank) const {
    Site site = site_;
    site.rank = rank;
    site.host = "n" + std::to_string(rank);
    return site;
  }

  pid_t start_follower(int rank) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      const HostRails own = rails(rank);
      ::_exit(follow(Follower::join(place(rank), participant_of(own)), own, this_program()));
    } catch (const std::exception&) {
      ::_exit(9);
    }
  }

  std::vector<FlowResult> stream(const Layout& layout) {
    return run_streams(*crew_, layout, short_streams(Operation::write, 65536), polite_ends());
  }

  Site site_;
  Listener listener_;
  std::vector<pid_t> followers_;
  std::unique_ptr<WorldCrew> crew_;
};

TEST_F(World, StreamsBetweenHosts) {
  const auto results = stream(side_by_side(
      {one_way(site(0), site(1)), one_way(site(1), site(2)), one_way(site(2), site(0))}));
  ASSERT_THAT(results, SizeIs(3));
  for (const FlowResult& result : results) EXPECT_EQ(result.fault, "");
}

TEST_F(World, AllIntoOneHost) {
  for (const FlowResult& result : stream(all_into({site(0), site(1)}, site(2)))) {
    EXPECT_EQ(result.fault, "");
  }
}

TEST_F(World, AHostThatIsLostTakesItsOwnStreamsOnly) {
  ::kill(followers_[1], SIGKILL);
  const Layout layout = side_by_side({one_way(site(0), site(1)), one_way(site(1), site(2))});
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round);
    const auto results = stream(layout);
    EXPECT_EQ(results[0].fault, "");
    EXPECT_THAT(results[1].fault, AllOf(HasSubstr("n1/lo > n2/lo"), HasSubstr("receiver: "),
                                        HasSubstr("rank 2 on n2 is lost")));
  }
}

TEST_F(World, FollowersEndWhenRankZeroDoes) {
  crew_.reset();
  for (pid_t& follower : followers_) {
    int status = 0;
    EXPECT_EQ(::waitpid(follower, &status, 0), follower);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  followers_.clear();
}

}  // namespace
}  // namespace plumbline::efa
