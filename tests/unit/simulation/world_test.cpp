#include "suites/simulation/world.h"

#include <gmock/gmock.h>

#include "results/schema/file_error.h"
#include "suites/description/suite.h"
#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;
using ::testing::HasSubstr;

TEST(ShippedWorlds, AreReadAndMakeFleets) {
  const auto names = suite_names(shipped_worlds);
  ASSERT_GE(names.size(), 10u);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    World world = read_world(find_world(name, shipped_worlds));
    EXPECT_EQ(world.name, name);
    EXPECT_FALSE(world.purpose.empty());
    world.nodes = 100;
    world.nodes_per_leaf = 4;
    EXPECT_NO_THROW(DescribedFleet(world, 1));
  }
}

TEST(World, TakesFromWhatItIsBasedOnWhatItDoesNotSay) {
  const World world =
      DescribedWorld("[network]\nsigma = 0.02\n[noise.nvlink]\nruns = 0.5\n").world();
  EXPECT_EQ(world.network.sigma, 0.02);
  EXPECT_EQ(world.network.nodes, 0.004);
  EXPECT_EQ(world.families.at("nvlink").runs, 0.5);
  EXPECT_EQ(world.families.at("nvlink").devices, 0.002);
  EXPECT_EQ(world.families.at("gpu_compute").devices, 0.018);
  EXPECT_EQ(world.nodes, 40u);
}

struct BadWorld {
  const char* name;
  const char* text;
  const char* expected;
};

class BadWorlds : public ::testing::TestWithParam<BadWorld> {};

TEST_P(BadWorlds, AreRefusedWithLineAndReason) {
  const DescribedWorld described(GetParam().text);
  try {
    described.world();
    FAIL() << "expected an error";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().expected));
    EXPECT_THAT(error.what(), HasSubstr("world.toml:"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    World, BadWorlds,
    ::testing::Values(
        BadWorld{"UnknownKey", "leafs = 3\n", "unknown key of a world"},
        BadWorld{"UnknownKeyOfNoise", "[noise]\nrun = 0.1\n", "did you mean runs?"},
        BadWorld{"NotANumber", "[network]\nsigma = \"1 %\"\n", "a number from 0 to 0.5"},
        BadWorld{"NegativeNoise", "[noise]\nruns = -0.1\n", "a number from 0 to 0.5"},
        BadWorld{"NoRuns", "runs = 0\n", "found 0, expected a whole number from 1 to 1000"},
        BadWorld{"TailsWithoutVariance", "tails = 2\n", "at least 3 degrees of freedom"},
        BadWorld{"Start", "start = \"today\"\n", "a time like"},
        BadWorld{"FaultKind", "[[fault]]\nkind = \"slwo\"\n", "found \"slwo\", expected slow"},
        BadWorld{"FaultWithoutShare", "[[fault]]\nkind = \"nic\"\n", "share or count: is missing"},
        BadWorld{"FaultWithoutMetric", "[[fault]]\nkind = \"slow\"\ncount = 1\n",
                 "metric: is missing: a fault of kind slow needs it"},
        BadWorld{"FactWithoutValue", "[[fault]]\nkind = \"fact\"\ncount = 1\nmetric = \"health\"\n",
                 "value: is missing"},
        BadWorld{"FaultSubject",
                 "[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu\"\nsubject = \"gpus\"\n",
                 "did you mean gpu?"},
        BadWorld{"SeverityOfMoreThanAll", "[[fault]]\nkind = \"nic\"\ncount = 1\nseverity = 1.2\n",
                 "a number from 0 to 0.99"},
        BadWorld{"SeverityBackwards",
                 "[[fault]]\nkind = \"nic\"\ncount = 1\nseverity = [0.5, 0.1]\n",
                 "the first number is above the second"},
        BadWorld{"CohortsOfMoreThanAll",
                 "[[cohort]]\nname = \"a\"\nshare = 0.7\n[[cohort]]\nname = \"b\"\nshare = 0.7\n",
                 "the shares of the cohorts come to 1.4"},
        BadWorld{"Baseline", "baseline = \"none.csv\"\n", "there is no file"},
        BadWorld{"NoToml", "nodes = = 3\n", "is no TOML"}),
    [](const auto& named) { return named.param.name; });

TEST(World, MayNotBeBasedOnItself) {
  const ScratchFolder folder;
  write_file(folder / "world.toml", "name = \"a\"\nbased_on = \"world.toml\"\n");
  EXPECT_THAT([&] { read_world(folder / "world.toml"); },
              ::testing::ThrowsMessage<FileError>(HasSubstr("in a circle?")));
}

TEST(World, IsFoundByNameOrPath) {
  EXPECT_EQ(find_world("mature", shipped_worlds), shipped_worlds / "mature.toml");
  EXPECT_THAT([] { find_world("matrue", shipped_worlds); },
              ::testing::ThrowsMessage<FileError>(HasSubstr("did you mean mature?")));
  EXPECT_THAT([] { find_world("my/own.toml", shipped_worlds); },
              ::testing::ThrowsMessage<FileError>(HasSubstr("there is no such world")));
}

}  // namespace
}  // namespace plumbline::simulation
