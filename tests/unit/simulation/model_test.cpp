#include "suites/simulation/model.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;

/// A fleet of one node with this fault.
DescribedFleet with_fault(const std::string& fault, const std::string& more = "") {
  return DescribedFleet("nodes = 1\n" + more + "[[fault]]\ncount = 1\n" + fault);
}

/// What is left of the healthy rate.
double share(const SimulatedFleet& fleet, std::size_t series) {
  return true_state(fleet, 0, series, 0).value / fleet.machine.series[series].level;
}

constexpr double differences = 0.02;  // of healthy machines, several sigmas

TEST(Model, ASlowGpuIsSlowInWhatTheFaultNamesAlone) {
  const auto d =
      with_fault("kind = \"slow\"\nmetric = \"gpu_memory\"\nsubject = \"gpu\"\nseverity = 0.4\n");
  const std::string gpu = d.fleet.faults[0].subject;
  const std::string other = gpu == "gpu0" ? "gpu1" : "gpu0";
  EXPECT_NEAR(share(d.fleet, d.series("gpu_memory.read", gpu)), 0.6, differences);
  EXPECT_NEAR(share(d.fleet, d.series("gpu_memory.read", other)), 1, differences);
  EXPECT_NEAR(share(d.fleet, d.series("nvlink.one_to_all", gpu)), 1, differences);
}

struct GpuFault {
  const char* kind;
  bool out, in, both, one_to_all, all_to_one, elsewhere;  ///< what is slow
};

class GpuFaults : public ::testing::TestWithParam<GpuFault> {};

TEST_P(GpuFaults, SlowThePathsThatCrossThem) {
  const GpuFault& p = GetParam();
  const auto d = with_fault("kind = \"" + std::string(p.kind) + "\"\nseverity = 0.3\n");
  const Fault& fault = d.fleet.faults[0];
  const bool is_pair = !fault.peer.empty();
  const std::string gpu = fault.subject == "node" ? "gpu0" : fault.subject;
  std::string other = is_pair ? fault.peer : "gpu1";
  if (other == gpu) other = "gpu2";
  std::string third = "gpu3";
  if (third == gpu || third == other) third = "gpu4";
  std::string fourth = "gpu5";
  if (fourth == gpu || fourth == other) fourth = "gpu6";
  const auto is_slow = [&](std::size_t series) { return share(d.fleet, series) < 0.85; };
  EXPECT_EQ(is_slow(d.series("nvlink.write", gpu, other)), p.out);
  EXPECT_EQ(is_slow(d.series("nvlink.write", other, gpu)), p.in);
  EXPECT_EQ(is_slow(d.series("nvlink.both", std::min(gpu, other), std::max(gpu, other))), p.both);
  EXPECT_EQ(is_slow(d.series("nvlink.one_to_all", gpu)), p.one_to_all);
  EXPECT_EQ(is_slow(d.series("nvlink.all_to_one", gpu)), p.all_to_one);
  EXPECT_EQ(is_slow(d.series("nvlink.write", third, fourth)), p.elsewhere);
}

INSTANTIATE_TEST_SUITE_P(
    Model, GpuFaults,
    ::testing::Values(GpuFault{"gpu", true, true, true, true, true, false},
                      GpuFault{"gpu_sending", true, false, true, true, false, false},
                      GpuFault{"gpu_receiving", false, true, true, false, true, false},
                      GpuFault{"gpu_pair", true, true, true, false, false, false},
                      GpuFault{"all_gpus", true, true, true, true, true, true}),
    [](const auto& named) { return named.param.kind; });

TEST(Model, AFactIsAnotherOne) {
  const auto d =
      with_fault("kind = \"fact\"\nmetric = \"health.ecc\"\nsubject = \"gpu\"\nvalue = \"0\"\n");
  EXPECT_EQ(true_state(d.fleet, 0, d.series("health.ecc", d.fleet.faults[0].subject), 0).value, 0);
  EXPECT_TRUE(is_unacceptable(d.fleet, 0, 0));
}

TEST(Model, AFactThatIsATextIsAnotherOne) {
  const auto d = with_fault(
      "kind = \"fact\"\nmetric = \"health.compute_mode\"\nsubject = \"gpu\"\nvalue = \"no\"\n");
  const std::size_t series = d.series("health.compute_mode", d.fleet.faults[0].subject);
  ASSERT_NE(true_state(d.fleet, 0, series, 0).text, nullptr);
  EXPECT_EQ(*true_state(d.fleet, 0, series, 0).text, "no");
  EXPECT_TRUE(is_unacceptable(d.fleet, 0, 0));
}

TEST(Model, AnAbsentGpuHasNoRowsAndIsNotCounted) {
  const auto d =
      with_fault("kind = \"absent\"\nsubject = \"gpu\"\ncounted_by = [\"health.gpus\"]\n");
  const std::string gpu = d.fleet.faults[0].subject;
  EXPECT_TRUE(true_state(d.fleet, 0, d.series("gpu_memory.read", gpu), 0).is_absent);
  EXPECT_TRUE(
      true_state(d.fleet, 0, d.series("nvlink.write", gpu, gpu == "gpu0" ? "gpu1" : "gpu0"), 0)
          .is_absent);
  EXPECT_EQ(true_state(d.fleet, 0, d.series("health.gpus", "node"), 0).value, 7);
}

TEST(Model, AHealthyNodeIsAcceptable) {
  const DescribedFleet d;
  for (std::size_t node = 0; node < d.fleet.nodes(); ++node) {
    EXPECT_FALSE(is_unacceptable(d.fleet, node, 0)) << node;
  }
}

TEST(Model, AFaultGrows) {
  const auto d = with_fault(
      "kind = \"slow\"\nmetric = \"gpu_memory\"\nseverity = 0.4\nfrom_run = 3\ngrows_over = 4\n");
  const Fault& fault = d.fleet.faults[0];
  EXPECT_FALSE(fault.is_in(2));
  EXPECT_DOUBLE_EQ(fault.severity_in(3), 0.1);
  EXPECT_DOUBLE_EQ(fault.severity_in(6), 0.4);
  EXPECT_DOUBLE_EQ(fault.severity_in(9), 0.4);
}

TEST(Model, ACohortIsSlowerFromItsRunOn) {
  const DescribedFleet d(
      "nodes = 1\n[[cohort]]\nname = \"all\"\nshare = 1\noffset = -0.1\nmetric = \"gpu_memory\"\n"
      "from_run = 5\n");
  const std::size_t series = d.series("gpu_memory.read", "gpu0");
  EXPECT_NEAR(true_state(d.fleet, 0, series, 5).value / true_state(d.fleet, 0, series, 4).value,
              0.9, 1e-12);
}

/// The standard deviation of log values.
double deviation(const std::vector<double>& values) {
  double mean = 0, square = 0;
  for (const double v : values) mean += std::log(v) / static_cast<double>(values.size());
  for (const double v : values) square += (std::log(v) - mean) * (std::log(v) - mean);
  return std::sqrt(square / static_cast<double>(values.size()));
}

TEST(Model, HasTheNoiseOfItsWorld) {
  const DescribedFleet d(
      "nodes = 4000\n[noise.gpu_memory]\nwithin = 0.0\nruns = 0.007\ndevices = 0.011\n");
  const std::size_t series = d.series("gpu_memory.read", "gpu0");
  std::vector<double> devices, runs;
  for (std::size_t node = 0; node < d.fleet.nodes(); ++node) {
    const double value = true_state(d.fleet, node, series, 0).value;
    devices.push_back(value);
    runs.push_back(measured_value(d.fleet, node, series, value, 0, 1) / value);
  }
  EXPECT_NEAR(deviation(devices), 0.011, 0.0005);
  EXPECT_NEAR(deviation(runs), 0.007, 0.0004);
  const double value = devices[0];
  EXPECT_NE(measured_value(d.fleet, 0, series, value, 0, 1),
            measured_value(d.fleet, 0, series, value, 0, 2));
  EXPECT_NE(measured_value(d.fleet, 0, series, value, 0, 1),
            measured_value(d.fleet, 0, series, value, 1, 1));
}

TEST(Model, NoRateIsAboveItsPhysicalLimit) {
  const DescribedFleet d("nodes = 200\n[noise.nvlink]\nruns = 0.2\n");
  const std::size_t series = d.series("nvlink.write", "gpu0", "gpu1");
  const double ceiling = *d.fleet.machine.series[series].ceiling;
  for (std::size_t node = 0; node < d.fleet.nodes(); ++node) {
    EXPECT_LE(
        measured_value(d.fleet, node, series, true_state(d.fleet, node, series, 0).value, 0, 1),
        ceiling);
  }
}

constexpr const char* quiet_network =
    "[network]\nsigma = 0\nnodes = 0\nrounds = 0\ntransients = 0\n";

double path_share(const SimulatedFleet& fleet, std::size_t from, std::size_t to, std::size_t rail) {
  return path_rate(fleet, {0, from, to, rail, 0, 0}) / fleet.machine.paths[0].level;
}

TEST(Model, ASlowNicSlowsItsRailWithEveryone) {
  const DescribedFleet d(std::string(quiet_network) +
                         "[[fault]]\nkind = \"nic\"\ncount = 1\nseverity = 0.2\n");
  const Fault& fault = d.fleet.faults[0];
  const auto& nics = d.fleet.machine.nics;
  const auto rail =
      static_cast<std::size_t>(std::find(nics.begin(), nics.end(), fault.subject) - nics.begin());
  const std::size_t other = (fault.place + 1) % d.fleet.nodes();
  const std::size_t third = (fault.place + 2) % d.fleet.nodes();
  EXPECT_NEAR(path_share(d.fleet, fault.place, other, rail), 0.8, 1e-9);
  EXPECT_NEAR(path_share(d.fleet, third, fault.place, rail), 0.8, 1e-9);
  EXPECT_NEAR(path_share(d.fleet, fault.place, other, (rail + 1) % nics.size()), 1, 1e-9);
  EXPECT_NEAR(path_share(d.fleet, other, third, rail), 1, 1e-9);
}

TEST(Model, ASlowLeafSlowsWhatLeavesItAlone) {
  const DescribedFleet d(std::string(quiet_network) +
                         "[[fault]]\nkind = \"leaf\"\ncount = 1\nseverity = 0.2\n");
  const auto& inside = d.fleet.fleet.leaves[d.fleet.leaf_faults[0].place].nodes;
  const std::size_t outside = (inside.back() + 1) % d.fleet.nodes();
  EXPECT_NEAR(path_share(d.fleet, inside[0], inside[1], 0), 1, 1e-9);
  EXPECT_NEAR(path_share(d.fleet, inside[0], outside, 0), 0.8, 1e-9);
  EXPECT_NEAR(path_share(d.fleet, outside, inside[1], 2), 0.8, 1e-9);
}

TEST(Model, ACongestedLeafIsSlowInItsRound) {
  const DescribedFleet d(std::string(quiet_network) + "congested_leaves = 0.5\ncongestion = 0.2\n");
  std::size_t slow = 0;
  constexpr std::size_t rounds = 400;
  for (std::size_t round = 0; round < rounds; ++round) {
    const double share =
        path_rate(d.fleet, {0, 0, 8, 0, 0, round}) / d.fleet.machine.paths[0].level;
    slow += share < 0.9 ? 1U : 0U;
    // The other rails and the way back cross the same uplinks.
    EXPECT_NEAR(path_rate(d.fleet, {0, 8, 1, 2, 0, round}) / d.fleet.machine.paths[0].level, share,
                1e-9);
  }
  EXPECT_NEAR(static_cast<double>(slow) / rounds, 0.75, 0.08);  // of either of two leaves
}

TEST(Model, PathsHaveTheNoiseOfTheNetwork) {
  const DescribedFleet d("[network]\nsigma = 0.01\nnodes = 0\nrounds = 0\ntransients = 0\n");
  std::vector<double> rates;
  for (std::uint64_t round = 0; round < 4000; ++round) {
    rates.push_back(path_rate(d.fleet, {0, 0, 1, 0, 0, round}));
  }
  EXPECT_NEAR(deviation(rates), 0.01, 0.0006);
}

}  // namespace
}  // namespace plumbline::simulation
