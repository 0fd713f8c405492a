#include "suites/simulation/simulated_fleet.h"

#include <gmock/gmock.h>

#include <set>

#include "results/schema/file_error.h"
#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(SimulatedFleet, HasItsNodesBelowLeavesAndSpines) {
  const DescribedFleet d("leaves_per_spine = 2\n");
  ASSERT_EQ(d.fleet.nodes(), 40u);
  EXPECT_THAT(d.fleet.fleet.leaves, SizeIs(5));
  EXPECT_EQ(d.fleet.manifest[0].host, "node-0000");
  EXPECT_EQ(d.fleet.manifest[7].network_node_3, d.fleet.manifest[0].network_node_3);
  EXPECT_NE(d.fleet.manifest[8].network_node_3, d.fleet.manifest[0].network_node_3);
  EXPECT_EQ(d.fleet.manifest[8].network_node_2, d.fleet.manifest[0].network_node_2);
  EXPECT_NE(d.fleet.manifest[16].network_node_2, d.fleet.manifest[0].network_node_2);
}

TEST(SimulatedFleet, HasAsManyFaultsAsTheWorldSays) {
  const DescribedFleet d(
      "nodes = 400\n"
      "[[fault]]\nkind = \"nic\"\nshare = 0.05\n"
      "[[fault]]\nkind = \"unreachable\"\nshare = 0.0001\n"
      "[[fault]]\nkind = \"gpu\"\ncount = 3\n"
      "[[fault]]\nkind = \"leaf\"\nshare = 0.1\n");
  std::map<FaultKind, std::size_t> counts;
  std::set<std::size_t> places;
  for (const Fault& fault : d.fleet.faults) {
    ++counts[fault.kind()];
    EXPECT_TRUE(places.insert(fault.place).second) << "two faults on one node";
  }
  EXPECT_EQ(counts[FaultKind::nic], 20u);
  EXPECT_EQ(counts[FaultKind::unreachable], 1u) << "a share that is not 0 is at least one";
  EXPECT_EQ(counts[FaultKind::gpu], 3u);
  EXPECT_THAT(d.fleet.leaf_faults, SizeIs(5));
  std::size_t found = 0;
  for (std::size_t node = 0; node < d.fleet.nodes(); ++node) {
    for (const Fault& fault : d.fleet.faults_of(node)) {
      EXPECT_EQ(fault.place, node);
      ++found;
    }
  }
  EXPECT_EQ(found, d.fleet.faults.size());
}

TEST(SimulatedFleet, IsAnotherOneByAnotherSeedAlone) {
  const std::string more = "[[fault]]\nkind = \"nic\"\nshare = 0.2\n";
  const DescribedFleet one(more, 1), same(more, 1), other(more, 2);
  EXPECT_EQ(truth_of(one.fleet, 0), truth_of(same.fleet, 0));
  EXPECT_NE(truth_of(one.fleet, 0), truth_of(other.fleet, 0));
}

TEST(SimulatedFleet, CannotHaveMoreFaultsThanNodes) {
  EXPECT_THAT([] { DescribedFleet("nodes = 2\n[[fault]]\nkind = \"nic\"\ncount = 3\n"); },
              ::testing::ThrowsMessage<FileError>(HasSubstr("more faults than the 2 places")));
}

TEST(SimulatedFleet, CannotHaveAFaultThatChangesNothing) {
  EXPECT_THAT(
      [] { DescribedFleet("[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_mmory\"\n"); },
      ::testing::ThrowsMessage<FileError>(HasSubstr("would change nothing")));
  EXPECT_THAT(
      [] {
        DescribedFleet(
            "[[fault]]\nkind = \"fact\"\ncount = 1\nmetric = \"gpu_memory.read\"\nvalue = \"1\"\n");
      },
      ::testing::ThrowsMessage<FileError>(HasSubstr("would change nothing")));
}

TEST(SimulatedFleet, CannotHaveAWrongFactThatIsRight) {
  EXPECT_THAT(
      [] {
        DescribedFleet(
            "[[fault]]\nkind = \"fact\"\ncount = 1\nmetric = \"health.gpus\"\nvalue = \"8\"\n");
      },
      ::testing::ThrowsMessage<FileError>(HasSubstr("would change nothing")));
}

TEST(SimulatedFleet, APartMovesToAnotherNodeWithItsSerial) {
  const DescribedFleet d(
      "runs = 30\n[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_memory\"\n"
      "subject = \"gpu\"\nmoves_every = 10\n");
  ASSERT_THAT(d.fleet.faults, SizeIs(3));
  std::set<std::string> hosts;
  for (const std::uint64_t run : {0U, 9U, 10U, 20U, 29U}) {
    const auto truth = truth_of(d.fleet, run);
    ASSERT_THAT(truth, SizeIs(1)) << run;
    hosts.insert(truth[0].host);
    EXPECT_EQ(truth[0].subject, d.fleet.faults[0].subject);
  }
  EXPECT_THAT(hosts, SizeIs(3));
  EXPECT_EQ(d.fleet.faults[0].home, d.fleet.faults[1].home);
}

TEST(SimulatedFleet, AMovedPartHasItsHome) {
  const DescribedFleet d(
      "runs = 30\n[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_memory\"\n"
      "subject = \"gpu\"\nfrom_run = 5\nuntil_run = 12\ngrows_over = 6\nmoves_every = 4\n");
  ASSERT_THAT(d.fleet.faults, SizeIs(2));
  const bool first_is_home = d.fleet.faults[0].place == d.fleet.faults[0].home;
  const Fault& at_home = d.fleet.faults[first_is_home ? 0 : 1];
  const Fault& away = d.fleet.faults[first_is_home ? 1 : 0];
  const std::string& gpu = away.subject;
  EXPECT_EQ(d.fleet.home_of(away.place, gpu, 8), away.place);
  EXPECT_EQ(d.fleet.home_of(away.place, gpu, 9), away.home);
  EXPECT_EQ(d.fleet.home_of(away.home, gpu, 9), away.place) << "they have changed places";
  EXPECT_EQ(d.fleet.home_of(away.place, gpu == "gpu0" ? "gpu1" : "gpu0", 9), away.place);
  EXPECT_EQ(d.fleet.home_of(away.place, gpu, 29), away.home) << "what is mended stays there";
  EXPECT_TRUE(away.is_in(11));
  EXPECT_FALSE(away.is_in(12));
  EXPECT_LT(at_home.severity_in(8), away.severity_in(9)) << "it goes on where it is now";
  EXPECT_EQ(away.severity_in(11), away.severity);
}

TEST(SimulatedFleet, TellsTheTruthByHost) {
  const DescribedFleet d(
      "[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_memory\"\nsubject = \"gpu\"\n"
      "severity = 0.25\n"
      "[[fault]]\nkind = \"leaf_rail\"\ncount = 1\nseverity = 0.5\n"
      "[[fault]]\nkind = \"harness\"\nshare = 1\nmetric = \"nvlink\"\nseverity = 0.5\n"
      "[[fault]]\nkind = \"hang\"\ncount = 1\nprobe = \"nvlink\"\nfrom_run = 2\n");
  const auto truth = truth_of(d.fleet, 0);
  ASSERT_THAT(truth, SizeIs(3)) << "the hang comes in run 2";
  EXPECT_EQ(truth[0].kind, "slow");
  EXPECT_TRUE(truth[0].host.starts_with("node-"));
  EXPECT_EQ(truth[0].severity, 0.25);
  EXPECT_TRUE(truth[1].host.starts_with("nn-leaf-"));
  EXPECT_TRUE(truth[1].peer.starts_with("rail"));
  EXPECT_EQ(truth[2].host, "fleet");
  EXPECT_THAT(truth_of(d.fleet, 2), SizeIs(4));
}

TEST(SimulatedFleet, HasCohortsOfTheirShares) {
  const DescribedFleet d(
      "nodes = 4000\n[[cohort]]\nname = \"a\"\nshare = 0.85\n[[cohort]]\nname = \"b\"\n"
      "share = 0.1\n");
  std::vector<std::size_t> counts(3);
  for (const std::uint32_t cohort : d.fleet.cohort_of) ++counts.at(cohort);
  EXPECT_NEAR(static_cast<double>(counts[0]), 3400, 100);
  EXPECT_NEAR(static_cast<double>(counts[1]), 400, 80);
  EXPECT_NEAR(static_cast<double>(counts[2]), 200, 60);
}

}  // namespace
}  // namespace plumbline::simulation
