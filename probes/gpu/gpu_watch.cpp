#include "probes/gpu/gpu_watch.h"

#include <algorithm>
#include <utility>

namespace plumbline {
namespace {

constexpr double nanoseconds_per_second = 1e9;
/// The energy counter moves in steps of some 20 to 100 ms: less than this is mostly its step.
constexpr double least_energy_seconds = 1;

/// What a counter gained; nothing if one end is not known or it was reset on the way.
template <class T>
std::optional<T> gained(const std::optional<T>& from, const std::optional<T>& to) {
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

}  // namespace

std::optional<double> Conditions::mean_power_w() const {
  if (energy_j && seconds > 0) return *energy_j / seconds;
  return power_w ? std::optional(power_w->mean) : std::nullopt;
}

bool Conditions::hardware_slowed() const {
  constexpr std::uint64_t hardware = nvml::clock_reason::hardware_slowdown |
                                     nvml::clock_reason::hardware_thermal |
                                     nvml::clock_reason::hardware_power_brake;
  return (clock_reasons.value_or(0) & hardware) != 0 || hardware_thermal_s.value_or(0) > 0 ||
         hardware_power_brake_s.value_or(0) > 0;
}

GpuWatch::GpuWatch(Monitor monitor, const std::string& pci_address, Clock clock)
    : monitor_(std::move(monitor)), clock_(std::move(clock)), absent_(monitor_.reason) {
  if (monitor_.session) gpu_ = value(monitor_.session->at(pci_address));
  begin();
}

void GpuWatch::begin() {
  begin_ = count();
  reasons_ = 0;
  has_reasons_ = false;
  first_ = looks_.size();
  take_look();
}

template <class T>
std::optional<T> GpuWatch::value(const nvml::Reading<T>& reading) {
  if (reading) return *reading;
  if (absent_.empty()) absent_ = reading.reason();
  return std::nullopt;
}

std::optional<double> GpuWatch::duration(unsigned field) {
  const auto nanoseconds = value(gpu_->field(field));
  if (!nanoseconds) return std::nullopt;
  return static_cast<double>(*nanoseconds) / nanoseconds_per_second;
}

void GpuWatch::take_look() {
  Look look;
  look.at = clock_();
  if (gpu_) {
    look.clock = value(gpu_->clock_mhz(nvml::Clock::multiprocessor));
    look.memory_clock = value(gpu_->clock_mhz(nvml::Clock::memory));
    look.power = value(gpu_->power_w());
    look.temperature = value(gpu_->temperature_c());
    look.pcie_generation = value(gpu_->pcie_generation());
    look.pcie_width = value(gpu_->pcie_width());
  }
  looks_.push_back(look);
}

void GpuWatch::look() {
  take_look();
  if (!gpu_) return;
  if (const auto reasons = value(gpu_->clock_reasons())) {
    reasons_ |= *reasons;
    has_reasons_ = true;
  }
}

GpuWatch::Counters GpuWatch::count() {
  Counters counters;
  if (!gpu_) return counters;
  counters.energy = value(gpu_->energy_j());
  counters.power_capped = duration(nvml::field::power_capped_ns);
  counters.software_thermal = duration(nvml::field::software_thermal_ns);
  counters.hardware_thermal = duration(nvml::field::hardware_thermal_ns);
  counters.power_brake = duration(nvml::field::hardware_power_brake_ns);
  counters.pcie_replays = value(gpu_->pcie_replays());
  return counters;
}

std::optional<Watched> GpuWatch::course(std::optional<double> Look::*member) const {
  Watched course;
  const Look* last = nullptr;
  double area = 0, time = 0, sum = 0, seen = 0;
  for (const Look& look : counted()) {
    const std::optional<double>& now = look.*member;
    if (!now) continue;
    if (last == nullptr) {
      course = {*now, *now, *now, *now, *now};
    } else {
      area += (look.at - last->at) * (*now + *(last->*member)) / 2;
      time += look.at - last->at;
    }
    course.after = *now;
    course.low = std::min(course.low, *now);
    course.high = std::max(course.high, *now);
    sum += *now;
    ++seen;
    last = &look;
  }
  if (last == nullptr) return std::nullopt;
  course.mean = time > 0 ? area / time : sum / seen;
  return course;
}

Conditions GpuWatch::finish() {
  take_look();
  const Counters end = count();
  Conditions found;
  found.seconds = counted().back().at - counted().front().at;
  found.looks = static_cast<unsigned>(counted().size());
  found.clock_mhz = course(&Look::clock);
  found.memory_clock_mhz = course(&Look::memory_clock);
  found.power_w = course(&Look::power);
  found.temperature_c = course(&Look::temperature);
  if (found.seconds >= least_energy_seconds) found.energy_j = gained(begin_.energy, end.energy);
  found.power_capped_s = gained(begin_.power_capped, end.power_capped);
  found.software_thermal_s = gained(begin_.software_thermal, end.software_thermal);
  found.hardware_thermal_s = gained(begin_.hardware_thermal, end.hardware_thermal);
  found.hardware_power_brake_s = gained(begin_.power_brake, end.power_brake);
  found.pcie_replays = gained(begin_.pcie_replays, end.pcie_replays);
  if (has_reasons_) found.clock_reasons = reasons_;
  for (const Look& look : counted()) {
    // std::optional orders "nothing" below every value.
    found.pcie_generation = std::max(found.pcie_generation, look.pcie_generation);
    found.pcie_width = std::max(found.pcie_width, look.pcie_width);
  }
  if (gpu_) {
    found.power_limit_w = value(gpu_->power_limit_w());
    found.max_pcie_generation = value(gpu_->max_pcie_generation());
    found.max_pcie_width = value(gpu_->max_pcie_width());
  }
  found.absent = absent_;
  return found;
}

}  // namespace plumbline
