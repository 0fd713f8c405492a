#include "probes/virtual_node/power.h"

#include <gtest/gtest.h>

namespace plumbline::virtual_node {
namespace {

constexpr Nanoseconds second = 1e9;

PowerDesign design() {
  PowerDesign design;
  design.idle_w = 100;
  design.limit_w = 700;
  design.memory_w = 100;
  design.excess_j = 10;
  design.max_clock_mhz = 2000;
  design.idle_clock_mhz = 300;
  design.air_c = 30;
  design.kelvin_per_w = 0.05;
  design.thermal_seconds = 10;
  design.slowdown_c = 85;
  return design;
}

TEST(GpuPower, RestsAtItsIdlePowerAndClock) {
  GpuPower gpu(design(), {});
  gpu.advance(10 * second);
  const GpuState state = gpu.state();
  EXPECT_DOUBLE_EQ(state.power_w, 100);
  EXPECT_NEAR(state.energy_j, 1000, 1e-6);
  EXPECT_DOUBLE_EQ(state.temperature_c, 35);
  EXPECT_EQ(state.clock_mhz, 300);
  EXPECT_TRUE(state.is_idle);
}

TEST(GpuPower, HeavyWorkRunsAtFullClockUntilTheExcessIsUsedUp) {
  GpuPower gpu(design(), {});
  gpu.work(0, 1000, 0);  // 1,100 W: 400 W beyond the cap
  EXPECT_EQ(gpu.clock(), 1);
  EXPECT_NEAR(gpu.next_change(), 10.0 / 400 * second, 10);
  gpu.advance(second);
  EXPECT_NEAR(gpu.clock(), 0.8434, 1e-4) << "the cube root of 600 / 1000";
  EXPECT_NEAR(gpu.state().power_now_w, 700, 1e-6);
  EXPECT_TRUE(gpu.state().power_capped);
  EXPECT_NEAR(gpu.state().power_capped_ns, 0.975 * second, 100);
}

TEST(GpuPower, AGapBetweenTwoLaunchesGivesNoNewBurst) {
  GpuPower gpu(design(), {});
  gpu.work(0, 1000, 0);
  gpu.work(second, 0, 0);
  gpu.work(second + 2000, 1000, 0);
  EXPECT_LT(gpu.clock(), 1);
  gpu.work(2 * second, 0, 0);
  gpu.work(4 * second, 1000, 0);
  EXPECT_EQ(gpu.clock(), 1) << "after two seconds of rest";
}

TEST(GpuPower, LightWorkIsNeverCapped) {
  GpuPower gpu(design(), {});
  gpu.work(0, 300, 100);
  gpu.advance(100 * second);
  EXPECT_EQ(gpu.clock(), 1);
  EXPECT_EQ(gpu.state().power_capped_ns, 0);
}

TEST(GpuPower, ALoweredCapLowersTheClock) {
  PowerFaults faults;
  faults.limit_w = 400;
  GpuPower gpu(design(), faults);
  gpu.work(0, 1000, 0);
  gpu.advance(second);
  EXPECT_NEAR(gpu.clock(), 0.6694, 1e-4) << "the cube root of 300 / 1000";
  EXPECT_EQ(gpu.state().limit_w, 400);
  EXPECT_EQ(gpu.state().default_limit_w, 700);
}

TEST(GpuPower, PoorCoolingEndsAtTheTemperatureThatSoftwareKeeps) {
  PowerFaults faults;
  faults.cooling = 2;  // 0.1 K/W: 550 W keep it at 85 degrees
  GpuPower gpu(design(), faults);
  gpu.work(0, 1000, 0);
  gpu.advance(200 * second);
  EXPECT_NEAR(gpu.state().temperature_c, 85, 0.01);
  EXPECT_NEAR(gpu.state().power_now_w, 550, 0.1);
  EXPECT_TRUE(gpu.state().software_thermal);
  EXPECT_GT(gpu.state().software_thermal_ns, 150 * second);
}

TEST(GpuPower, HardwareSlowsOnlyWhatWorks) {
  PowerFaults faults;
  faults.hardware_clock = 0.5;
  faults.hardware_brake = true;
  GpuPower gpu(design(), faults);
  gpu.advance(second);
  EXPECT_FALSE(gpu.state().hardware_power_brake);
  gpu.work(second, 1000, 0);
  gpu.advance(3 * second);
  EXPECT_EQ(gpu.clock(), 0.5);
  EXPECT_EQ(gpu.state().hardware_power_brake_ns, 2 * second);
  EXPECT_EQ(gpu.state().hardware_thermal_ns, 0);
}

TEST(NodePower, WorkTakesLongerAtALowerClock) {
  Simulation simulation;
  NodePower power(design(), simulation);
  const std::size_t compute = simulation.add_resource(1), memory = simulation.add_resource(1);
  power.add({}, {compute, memory});
  Queue& queue = simulation.add_queue();
  const auto run = [&](double seconds) {
    Operation work;
    work.queued = simulation.now();
    work.amount = seconds;
    work.loads = {{compute, 1}};
    work.core_watts = 1000;
    simulation.enqueue(queue, std::move(work));
    const Nanoseconds start = simulation.now();
    simulation.run_until([&] { return queue.empty(); });
    return (simulation.now() - start) / second;
  };
  EXPECT_NEAR(run(0.020), 0.020, 1e-9) << "a burst";
  EXPECT_NEAR(run(1.005), 0.005 + 1 / 0.8434, 1e-3) << "five more milliseconds, then capped";
  EXPECT_NEAR(power.state(0, simulation.now()).clock_mhz, 1686.9, 0.1);
  EXPECT_NEAR(simulation.passed(compute), 1.025, 1e-9);
}

}  // namespace
}  // namespace plumbline::virtual_node
