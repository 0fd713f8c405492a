#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/virtual_node/device_memory.h"
#include "probes/virtual_node/links.h"
#include "probes/virtual_node/monitor_model.h"
#include "probes/virtual_node/nccl_model.h"
#include "probes/virtual_node/power.h"

namespace plumbline::virtual_node {

/// What every GPU of a machine is like. Rates are what programs reach, not what data sheets say.
struct GpuModel {
  std::string name;
  unsigned capability = 0;  ///< 90 for sm_90
  unsigned multiprocessors = 0;
  unsigned threads_per_multiprocessor = 2048;
  std::uint64_t memory_bytes = 0;
  std::uint64_t l2_bytes = 0;
  unsigned core_clock_khz = 0;
  unsigned memory_clock_khz = 0;
  unsigned memory_bus_bits = 0;
  unsigned copy_engines = 0;
  double read_bytes_per_s = 0;     ///< of its memory, when only read
  double write_bytes_per_s = 0;    ///< when only written
  double load_latency_ns = 0;      ///< of its memory, caches missed
  double to_host_bytes_per_s = 0;  ///< through its own link
  double from_host_bytes_per_s = 0;
  double nvlink_bytes_per_s = 0;  ///< out of it, and into it, through all its links
};

/// What calls cost the host, and work its start on the device, in nanoseconds.
struct CallCosts {
  double launch_host = 0;
  double launch_device = 0;
  double copy_host = 0;
  double copy_device = 0;
  double event_host = 0;
  double query_host = 0;
  double allocate_host = 0;
  double synchronize_host = 0;
};

/// How fast a GPU multiplies matrices of one type, and what it draws meanwhile, at its highest
/// clock.
struct GemmRate {
  double tflops = 0;
  double watts = 0;
};

/// A multiplier that errs: of each product from call number `from_call` on, a bit of some elements
/// is the other way round.
struct GemmFlip {
  std::uint64_t from_call = 0;
  unsigned bit = 0;
  std::size_t elements = 1;
};

/// How the durations of a GPU's work differ beyond the machine's noise.
struct Unsteadiness {
  double drift_per_s = 0;   ///< what it does takes so much longer (relative) with each second
  double other_factor = 1;  ///< at times it all takes so much longer
  double other_share = 0;   ///< namely this share of the time
};

/// One GPU, and what is wrong with it.
struct Gpu {
  std::string pci_address;  ///< 0000:53:00.0
  double memory_rate = 1;   ///< factor on both rates of its memory
  std::vector<StuckBit> stuck_bits;
  PowerFaults power;
  double compute_rate = 1;  ///< factor on what it multiplies, at any clock
  std::optional<GemmFlip> gemm_flip;
  GpuLinks links;
  GpuFailure failure;
  Unsteadiness unsteadiness;
  std::uint64_t memory_taken = 0;  ///< bytes that another process holds
  GpuMonitor monitor;
  bool exclusive_elsewhere = false;  ///< another process holds it
  bool partitioned = false;          ///< MIG
  bool missing = false;
};

/// What the driver does when it is asked to start.
struct Start {
  int status = 0;  ///< a CUresult: 802 ...
  bool hangs = false;
};

/// The machine that the libraries of the virtual node model: read from a file, faults applied.
struct Machine {
  std::string host;
  std::string instance_type;
  int cuda_version = 0;  ///< 13000
  GpuModel model;
  CallCosts costs;
  PowerDesign power;                     ///< of every GPU
  std::map<std::string, GemmRate> gemm;  ///< by type: "bf16"; what is missing they cannot do
  int cublaslt_version = 130100;         ///< as cublasLtGetVersion says it
  LinkDesign links;
  std::vector<PathFault> path_faults;
  double noise = 0;       ///< relative: durations vary by up to so much, in a way that repeats
  std::vector<Gpu> gpus;  ///< by PCI address; with those that are missing
  Start start;
  NcclModel nccl;
  int multicast_status = 0;  ///< what binding memory to a multicast object ends with: a CUresult
  MonitorModel monitor;
  std::set<std::string> missing_functions;  ///< of the driver, by base name
};

/// Reads a machine file. A file with `base` begins with what that file (beside it) describes and
/// adds faults. Throws std::runtime_error with file and line for what it does not know.
Machine read_machine(const std::filesystem::path& file);

}  // namespace plumbline::virtual_node
