#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/vendor/dynamic_library.h"

namespace plumbline {

/// The machine that a library stands in for.
///
/// The libraries of the virtual node export one name more than the vendors' do: a C function
/// `const char* plumbline_stand_in(const char* key)` that answers "host", "instance_type",
/// "gpu_addresses" (of the GPUs on its PCI bus, with spaces between), "numa_nodes" (with CPUs) and
/// "gpu_numa_nodes" (that each GPU is nearest to; "" where the machine hides it), that of NVML
/// "kernel_log" too (the lines of its kernel's log that are about GPUs), and "" to all else. A
/// vendor's own library has no such name, so a row that was made with a stand-in says so by itself
/// and no switch in a program can forget it.
struct StandIn {
  std::string host;
  std::string instance_type;
  std::vector<std::string> gpu_addresses;  ///< "0000:53:00.0"
  std::vector<unsigned> numa_nodes;        ///< OS numbers
  std::vector<unsigned> gpu_numa_nodes;    ///< of each address; empty: not told
  std::string kernel_log;                  ///< as it is now; one line each
};

/// Nothing if `library` is a vendor's own.
std::optional<StandIn> stand_in(const DynamicLibrary& library);

}  // namespace plumbline
