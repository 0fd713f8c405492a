#include "probes/virtual_node/power.h"

#include <algorithm>
#include <cmath>

namespace plumbline::virtual_node {
namespace {

/// What a monitor reads is averaged over so much.
constexpr double averaged_seconds = 0.1;
/// How long the clock stays up after the last work.
constexpr double idle_after_seconds = 1;
/// How far it must cool before software lets the clock rise again.
constexpr double cooled_by_c = 2;
constexpr double lowest_clock = 0.1;
constexpr std::size_t none = static_cast<std::size_t>(-1);

/// A value that relaxes towards `goal`.
double relaxed(double value, double goal, double seconds, double time_constant) {
  return goal + (value - goal) * std::exp(-seconds / time_constant);
}

/// Loads that differ by less are the same: shares of a rate are rounded.
double rounded(double value) { return std::round(value * 1e6) * 1e-6; }

}  // namespace

GpuPower::GpuPower(const PowerDesign& design, const PowerFaults& faults)
    : design_(design),
      faults_(faults),
      limit_w_(faults.limit_w > 0 ? faults.limit_w : design.limit_w),
      kelvin_per_w_(design.kelvin_per_w * faults.cooling),
      next_change_(never),
      worked_until_(-never),
      watts_(design.idle_w),
      excess_left_j_(design.excess_j),
      temperature_c_(design.air_c + kelvin_per_w_ * design.idle_w),
      mean_w_(design.idle_w) {}

double GpuPower::watts_at(double clock) const {
  return design_.idle_w + other_w_ + core_w_ * clock * clock * clock;
}

double GpuPower::clock_for(double watts) const {
  if (core_w_ <= 0) return 1;
  const double left = watts - design_.idle_w - other_w_;
  return std::clamp(std::cbrt(std::max(left, 0.0) / core_w_), lowest_clock, 1.0);
}

void GpuPower::regulate() {
  clock_ = busy() ? faults_.hardware_clock : 1;
  lowered_by_cap_ = lowered_by_heat_ = false;
  if (limit_w_ > 0) {
    if (excess_left_j_ <= 0) capped_ = true;
    if (excess_left_j_ >= design_.excess_j && design_.excess_j > 0) capped_ = false;
    const double allowed = clock_for(limit_w_);
    lowered_by_cap_ = capped_ && allowed < clock_;
    if (lowered_by_cap_) clock_ = allowed;
  }
  if (design_.slowdown_c > 0) {
    if (temperature_c_ >= design_.slowdown_c) hot_ = true;
    if (temperature_c_ <= design_.slowdown_c - cooled_by_c) hot_ = false;
    const double allowed = clock_for((design_.slowdown_c - design_.air_c) / kelvin_per_w_);
    lowered_by_heat_ = hot_ && allowed < clock_;
    if (lowered_by_heat_) clock_ = allowed;
  }
  watts_ = watts_at(clock_);
  next_change_ = now_ + seconds_to_change() * nanoseconds_per_second;
}

double GpuPower::seconds_to_change() const {
  double seconds = never;
  if (limit_w_ > 0 && design_.excess_j > 0) {
    const double beyond_w = watts_ - limit_w_;
    if (!capped_ && beyond_w > 0) seconds = excess_left_j_ / beyond_w;
    if (capped_ && beyond_w < 0) seconds = (design_.excess_j - excess_left_j_) / -beyond_w;
  }
  if (design_.slowdown_c > 0) {
    const double goal = design_.air_c + kelvin_per_w_ * watts_;
    const double edge = hot_ ? design_.slowdown_c - cooled_by_c : design_.slowdown_c;
    const bool passes = hot_ ? goal < edge : goal > edge;
    if (passes) {
      seconds = std::min(
          seconds, design_.thermal_seconds * std::log((temperature_c_ - goal) / (edge - goal)));
    }
  }
  // A little beyond the edge, so that rounding cannot leave it on this side of it.
  return std::max(seconds, 0.0) + 1e-9;
}

void GpuPower::pass(double seconds) {
  energy_j_ += watts_ * seconds;
  mean_w_ = relaxed(mean_w_, watts_, seconds, averaged_seconds);
  mean_busy_ = relaxed(mean_busy_, busy() ? 1 : 0, seconds, averaged_seconds);
  temperature_c_ = relaxed(temperature_c_, design_.air_c + kelvin_per_w_ * watts_, seconds,
                           design_.thermal_seconds);
  excess_left_j_ =
      std::clamp(excess_left_j_ + (limit_w_ - watts_) * seconds, 0.0, design_.excess_j);
  if (!busy()) return;
  if (lowered_by_cap_) capped_s_ += seconds;
  if (lowered_by_heat_) hot_s_ += seconds;
  if (faults_.hardware_clock < 1) hardware_s_ += seconds;
}

void GpuPower::advance(Nanoseconds now) {
  while (now_ < now) {
    const Nanoseconds until = std::min(now, next_change_);
    pass((until - now_) / nanoseconds_per_second);
    now_ = until;
    if (busy()) worked_until_ = now_;
    if (until == next_change_) regulate();
  }
}

void GpuPower::work(Nanoseconds now, double core_w, double other_w) {
  if (core_w == core_w_ && other_w == other_w_) return;
  advance(now);
  core_w_ = core_w;
  other_w_ = other_w;
  regulate();
}

GpuState GpuPower::state() const {
  GpuState state{};
  state.time_ns = now_;
  state.max_clock_mhz = design_.max_clock_mhz;
  state.is_idle = !busy() && now_ > worked_until_ + idle_after_seconds * nanoseconds_per_second;
  state.clock_mhz = state.is_idle ? design_.idle_clock_mhz : clock_ * design_.max_clock_mhz;
  state.power_w = mean_w_;
  state.power_now_w = watts_;
  state.limit_w = limit_w_;
  state.default_limit_w = design_.limit_w;
  state.energy_j = energy_j_;
  state.temperature_c = temperature_c_;
  state.slowdown_temperature_c = design_.slowdown_c;
  state.utilization = mean_busy_;
  const bool braked = busy() && faults_.hardware_clock < 1;
  state.power_capped = lowered_by_cap_;
  state.software_thermal = lowered_by_heat_;
  state.hardware_thermal = braked && !faults_.hardware_brake;
  state.hardware_power_brake = braked && faults_.hardware_brake;
  state.power_capped_ns = capped_s_ * nanoseconds_per_second;
  state.software_thermal_ns = hot_s_ * nanoseconds_per_second;
  (faults_.hardware_brake ? state.hardware_power_brake_ns : state.hardware_thermal_ns) =
      hardware_s_ * nanoseconds_per_second;
  return state;
}

NodePower::NodePower(const PowerDesign& design, Simulation& simulation)
    : design_(design), simulation_(simulation) {
  simulation_.set_regulator(this);
}

void NodePower::add(const PowerFaults& faults, Resources resources) {
  const std::size_t size = std::max(resources.compute, resources.memory) + 1;
  gpu_of_compute_.resize(std::max(gpu_of_compute_.size(), size), none);
  gpu_of_memory_.resize(std::max(gpu_of_memory_.size(), size), none);
  gpu_of_compute_[resources.compute] = gpus_.size();
  gpu_of_memory_[resources.memory] = gpus_.size();
  gpus_.push_back({GpuPower(design_, faults), resources, 0, 0});
}

GpuState NodePower::state(std::size_t gpu, Nanoseconds now) {
  gpus_[gpu].power.advance(now);
  return gpus_[gpu].power.state();
}

bool NodePower::regulate(Nanoseconds now, const std::vector<Flowing>& flowing) {
  for (Entry& gpu : gpus_) gpu.core_w = gpu.other_w = 0;
  for (const Flowing& flow : flowing) {
    for (const Load& load : flow.operation->loads) {
      const double use = flow.rate * load.share;
      if (load.resource < gpu_of_compute_.size() && gpu_of_compute_[load.resource] != none) {
        gpus_[gpu_of_compute_[load.resource]].core_w +=
            flow.operation->core_watts * use / simulation_.capacity(load.resource);
      }
      if (load.resource < gpu_of_memory_.size() && gpu_of_memory_[load.resource] != none) {
        gpus_[gpu_of_memory_[load.resource]].other_w += design_.memory_w * use;
      }
    }
  }
  bool changed = false;
  for (Entry& gpu : gpus_) {
    gpu.power.work(now, rounded(gpu.core_w), rounded(gpu.other_w));
    if (gpu.power.next_change() <= now) gpu.power.advance(now);
    if (simulation_.capacity(gpu.resources.compute) != gpu.power.clock()) {
      simulation_.set_capacity(gpu.resources.compute, gpu.power.clock());
      changed = true;
    }
  }
  return changed;
}

Nanoseconds NodePower::next_change() const {
  Nanoseconds next = never;
  for (const Entry& gpu : gpus_) next = std::min(next, gpu.power.next_change());
  return next;
}

}  // namespace plumbline::virtual_node
