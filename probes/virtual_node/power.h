#pragma once

#include <cstddef>
#include <vector>

#include "probes/virtual_node/gpu_state.h"
#include "probes/virtual_node/simulation.h"

namespace plumbline::virtual_node {

/// What every GPU of a machine draws, and how it regulates itself.
struct PowerDesign {
  double idle_w = 0;
  double limit_w = 0;          ///< the cap as the GPU is sold; 0: no cap is modelled
  double memory_w = 0;         ///< on top, of memory in full use
  double excess_j = 0;         ///< may be drawn beyond the cap before the clock follows
  double max_clock_mhz = 0;    ///< while nothing lowers it
  double idle_clock_mhz = 0;   ///< a second after the last work
  double air_c = 0;            ///< what it is cooled with
  double kelvin_per_w = 0;     ///< how much warmer it gets
  double thermal_seconds = 1;  ///< time constant of its temperature
  double slowdown_c = 0;       ///< at this temperature the clock is lowered; 0: never
};

/// What is wrong with one GPU's power.
struct PowerFaults {
  double limit_w = 0;         ///< a lowered cap; 0: as sold
  double cooling = 1;         ///< factor on kelvin_per_w: 2 is cooled half as well
  double hardware_clock = 1;  ///< the clock that its hardware allows while it works, of the highest
  bool hardware_brake = false;  ///< it does so because of a power brake, not of its temperature
};

/// The clock, power and temperature of one GPU. Work draws power that grows with the cube of the
/// clock (voltage follows clock). Beyond the cap it may draw `excess_j` joules at full clock; then
/// the clock is what the cap allows, until the GPU has rested as much. At `slowdown_c` the clock is
/// what keeps it there. Between two changes power is constant and the temperature an exponential,
/// so nothing is stepped and every run repeats.
class GpuPower {
 public:
  GpuPower(const PowerDesign& design, const PowerFaults& faults);

  /// What it works on from `now` on: watts at the highest clock that fall with the clock, and watts
  /// that do not. Both 0: nothing.
  void work(Nanoseconds now, double core_w, double other_w);

  /// Of the highest: 1 while nothing lowers it.
  double clock() const { return clock_; }
  /// When the clock will next change if the work stays as it is; infinite if it will not.
  Nanoseconds next_change() const { return next_change_; }
  /// Lets time pass, through all changes on the way.
  void advance(Nanoseconds now);

  /// All but the links' bytes and the memory's clock.
  GpuState state() const;

 private:
  bool busy() const { return core_w_ + other_w_ > 0; }
  double watts_at(double clock) const;
  /// The highest clock that draws no more than `watts`.
  double clock_for(double watts) const;
  void regulate();
  void pass(double seconds);
  double seconds_to_change() const;

  PowerDesign design_;
  PowerFaults faults_;
  double limit_w_;
  double kelvin_per_w_;

  Nanoseconds now_ = 0;
  Nanoseconds next_change_;
  Nanoseconds worked_until_;
  double core_w_ = 0, other_w_ = 0;
  double clock_ = 1, watts_ = 0;
  double excess_left_j_;
  double temperature_c_;
  bool capped_ = false;  ///< the excess is used up
  bool hot_ = false;
  bool lowered_by_cap_ = false, lowered_by_heat_ = false;
  double mean_w_, mean_busy_ = 0, energy_j_ = 0;
  double capped_s_ = 0, hot_s_ = 0, hardware_s_ = 0;
};

/// The power of all GPUs of a machine: sets the capacity of each GPU's compute resource, which is
/// its clock, by what flows through its resources.
class NodePower final : public Regulator {
 public:
  /// A GPU's resources in the simulation. Compute's capacity is 1 at the highest clock; memory's
  /// use is 1 when it is in full use.
  struct Resources {
    std::size_t compute, memory;
  };

  NodePower(const PowerDesign& design, Simulation& simulation);

  void add(const PowerFaults& faults, Resources resources);
  /// After it was let pass to `now`.
  GpuState state(std::size_t gpu, Nanoseconds now);

  bool regulate(Nanoseconds now, const std::vector<Flowing>& flowing) override;
  Nanoseconds next_change() const override;

 private:
  struct Entry {
    GpuPower power;
    Resources resources;
    double core_w, other_w;
  };

  PowerDesign design_;
  Simulation& simulation_;
  std::vector<Entry> gpus_;
  std::vector<std::size_t> gpu_of_compute_;  ///< by resource; `none` if it is no GPU's
  std::vector<std::size_t> gpu_of_memory_;
};

}  // namespace plumbline::virtual_node
