#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "probes/doctor/check.h"
#include "probes/doctor/host.h"

namespace plumbline {

/// GPUs by PCI, the kernel's driver, device files, fabric manager.
Checks gpu_checks(const Host& host);

/// The libraries that probes open at run time. `overrides` maps a library's name ("libcuda") to the
/// one file to use for it. On another root than "/" only files below it are looked at.
Checks library_checks(const Host& host, const std::map<std::string, std::string>& overrides);

/// EFA by PCI, its kernel module, the RDMA device files, what may be locked in memory.
Checks fabric_checks(const Host& host);

/// Huge pages, page placement, automatic NUMA balancing, the memory limit of a container.
Checks memory_checks(const Host& host);

/// Frequency governor, CPU quota and set of a container, clock source, other load.
Checks cpu_checks(const Host& host);

/// The instance type, open files, performance counters, what can start scheduled runs.
Checks system_checks(const Host& host);

/// Room for results, and whether a run is going on. `results` is the folder given as --results.
Checks results_checks(const Host& host, const std::filesystem::path& results);

}  // namespace plumbline
