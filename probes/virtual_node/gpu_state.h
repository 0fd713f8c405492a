#pragma once

#include <cstdint>

namespace plumbline::virtual_node {

/// What a GPU of the machine is doing, as its monitor would read it: what libraries of the virtual
/// node tell each other by the C function
///
///   int plumbline_gpu_state(int gpu, plumbline::virtual_node::GpuState* state);
///
/// of the virtual libcuda.so.1, found by dlsym. `gpu` counts all GPUs of the machine file. It
/// advances the machine to the host's time, needs no cuInit, and returns 0, or 1 if there is no
/// such GPU.
struct GpuState {
  double time_ns;  ///< the machine's own, since it began

  double clock_mhz;  ///< of the multiprocessors, now
  double max_clock_mhz;
  double memory_clock_mhz;

  double power_w;  ///< mean of about the last 100 ms
  double power_now_w;
  double limit_w;          ///< enforced
  double default_limit_w;  ///< as the GPU is sold
  double energy_j;         ///< since the machine began

  double temperature_c;
  double slowdown_temperature_c;  ///< where software lowers the clock
  double utilization;             ///< 0 to 1, mean of about the last 100 ms

  std::uint32_t is_idle;
  // Why the clock is lower than it could be: now, and for how long so far.
  std::uint32_t power_capped;
  std::uint32_t software_thermal;
  std::uint32_t hardware_thermal;
  std::uint32_t hardware_power_brake;
  double power_capped_ns;
  double software_thermal_ns;
  double hardware_thermal_ns;
  double hardware_power_brake_ns;

  // Bytes since the machine began.
  double nvlink_sent;
  double nvlink_received;
  double pcie_sent;  ///< from the GPU to the host
  double pcie_received;
};

using ReadGpuState = int(int gpu, GpuState* state);

}  // namespace plumbline::virtual_node
