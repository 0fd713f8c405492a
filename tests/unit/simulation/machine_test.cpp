#include "suites/simulation/machine.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "results/schema/file_error.h"
#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;
using ::testing::HasSubstr;

World world_of(const std::string& type) {
  World world = DescribedWorld().world();
  world.instance_type = type;
  return world;
}

class ShippedBaselines : public ::testing::TestWithParam<const char*> {};

/// What a gate expects and no row says is missing, so a healthy fleet would never be accepted.
TEST_P(ShippedBaselines, HaveARowForEverySubjectOfEveryGate) {
  const World world = world_of(GetParam());
  const auto baselines = baselines_of(world, shipped_baselines);
  const Machine machine = machine_of(world, baselines);
  for (const Baseline& b : baselines) {
    if (b.use != Use::gate || b.nodes.value_or(1) > 1) continue;
    SCOPED_TRACE(b.metric + ' ' + b.subject_class + ' ' + format_params(b.params));
    Params params = b.params;
    params.erase("transport");
    const auto subjects = std::ranges::count_if(machine.series, [&](const Series& series) {
      return series.row.metric == b.metric && series.row.params == params &&
             series.row.bytes == b.bytes.value_or(0);
    });
    EXPECT_GE(static_cast<std::uint64_t>(subjects), b.subjects.value_or(1));
  }
}

TEST_P(ShippedBaselines, GiveHealthyValuesThatAreAllowed) {
  const World world = world_of(GetParam());
  const Machine machine = machine_of(world, baselines_of(world, shipped_baselines));
  for (const Series& series : machine.series) {
    SCOPED_TRACE(series.row.case_name);
    if (series.is_fact) {
      EXPECT_TRUE(series.row.median || !series.row.text.empty());
      continue;
    }
    EXPECT_GT(series.level, 0);
    if (series.low) {
      EXPECT_GT(series.level, *series.low);
    }
    if (series.high) {
      EXPECT_LT(series.level, *series.high);
    }
    if (series.ceiling) {
      EXPECT_LT(series.level, *series.ceiling);
    }
  }
}

TEST_P(ShippedBaselines, NameNoSeriesTwice) {
  const World world = world_of(GetParam());
  const Machine machine = machine_of(world, baselines_of(world, shipped_baselines));
  std::set<std::string> keys, cases;
  for (const Series& series : machine.series) {
    EXPECT_TRUE(keys.insert(series_key(series.row)).second) << series.row.case_name;
    EXPECT_TRUE(cases.insert(series.row.case_name).second) << series.row.case_name;
  }
}

INSTANTIATE_TEST_SUITE_P(Machine, ShippedBaselines,
                         ::testing::Values("p4d.24xlarge", "p4de.24xlarge", "p5.48xlarge",
                                           "p5e.48xlarge", "p5en.48xlarge", "p6-b200.48xlarge",
                                           "p6-b300.48xlarge", "p6e-gb200.36xlarge"),
                         [](const auto& named) {
                           std::string name = named.param;
                           std::erase_if(name, [](char c) { return c == '.' || c == '-'; });
                           return name;
                         });

TEST(Machine, IsThatOfItsBaseline) {
  const World world = world_of("p5.48xlarge");
  const Machine machine = machine_of(world, baselines_of(world, shipped_baselines));
  EXPECT_EQ(machine.gpus, 8u);
  EXPECT_EQ(machine.numa_nodes, 2u);
  EXPECT_EQ(machine.nvmes, 8u);
  ASSERT_EQ(machine.nics.size(), 32u);
  EXPECT_EQ(machine.nics.front(), "rdmap79s0");
  EXPECT_EQ(machine.nics.back(), "rdmap201s0");
  // Rates and wrong data, from memory of the host and of the GPU.
  ASSERT_EQ(machine.paths.size(), 4u);
  EXPECT_FALSE(machine.paths[1].is_fact);
  EXPECT_TRUE(machine.paths[2].is_fact);
  EXPECT_EQ(machine.paths[2].row.metric, "efa.wrong_values");
}

TEST(Machine, MeasuresOnlyTheProbesOfTheWorld) {
  World world = world_of("p5.48xlarge");
  world.probes = {"nvlink"};
  const Machine machine = machine_of(world, baselines_of(world, shipped_baselines));
  EXPECT_THAT(machine.probes, ::testing::ElementsAre("nvlink"));
  EXPECT_TRUE(machine.paths.empty());
  world.probes = {"nvlnk"};
  EXPECT_THAT([&] { machine_of(world, baselines_of(world, shipped_baselines)); },
              ::testing::ThrowsMessage<FileError>(HasSubstr("nothing is measured")));
}

TEST(Machine, NeedsABaseline) {
  EXPECT_THAT(
      [] { baselines_of(world_of("p7.48xlarge"), shipped_baselines); },
      ::testing::ThrowsMessage<FileError>(HasSubstr("nothing says what a healthy one is like")));
}

TEST(Machine, HasMetricsOfTheWorldsOwn) {
  World world = world_of("made");
  MadeMetrics made;
  made.name = "tight";
  made.count = 3;
  made.low = -0.03;
  world.made.push_back(made);
  EXPECT_TRUE(brings_baselines(world));
  const auto baselines = baselines_of(world, shipped_baselines);
  const Machine machine = machine_of(world, baselines);
  EXPECT_EQ(machine.series.size(), 4u);
  EXPECT_EQ(machine.series.back().row.metric, "fleet.tight2");
  EXPECT_EQ(machine.series.back().low, 97);
  EXPECT_TRUE(machine.paths.empty());
}

}  // namespace
}  // namespace plumbline::simulation
