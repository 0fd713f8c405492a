#include "tests/unit/doctor/described_host.h"

#include <fmt/format.h>

namespace plumbline {
namespace fs = std::filesystem;

DescribedHost::DescribedHost() {
  file("sys/devices/system/cpu/online", "0-191\n");
  file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  file("sys/devices/system/node/online", "0-1\n");
  file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
  file("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "5128\n");
  file("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "5128\n");
  file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  file("sys/class/dmi/id/product_name", "m7i.48xlarge\n");
  file("proc/meminfo", "MemTotal:       2097152000 kB\nMemFree: 1 kB\n");
  file("proc/loadavg", "0.50 0.40 0.30 1/2000 4711\n");
  file("proc/self/status", "Name:\tplumbline\nCpus_allowed_list:\t0-191\n");
  file("proc/self/cgroup", "0::/user.slice\n");
  file("proc/sys/kernel/numa_balancing", "0\n");
  file("proc/sys/kernel/perf_event_paranoid", "2\n");
  file("proc/sys/kernel/osrelease", "6.8.0-1024-aws\n");
  fs::create_directories(folder_ / "run/systemd/system");
  limits("8388608", "65536");
}

void DescribedHost::file(const std::string& relative, const std::string& text) {
  write_file(folder_ / relative, text);
}

void DescribedHost::remove(const std::string& relative) { fs::remove_all(folder_ / relative); }

void DescribedHost::pci(unsigned vendor, unsigned device, unsigned pci_class, unsigned count,
                        const std::string& driver) {
  for (unsigned i = 0; i < count; ++i) {
    const std::string function = fmt::format("sys/bus/pci/devices/0000:{:02x}:00.0/", buses_++);
    file(function + "vendor", fmt::format("0x{:04x}\n", vendor));
    file(function + "device", fmt::format("0x{:04x}\n", device));
    file(function + "class", fmt::format("0x{:06x}\n", pci_class));
    if (!driver.empty()) {
      fs::create_symlink("../../../bus/pci/drivers/" + driver, folder_ / (function + "driver"));
    }
  }
}

void DescribedHost::limits(const std::string& memlock, const std::string& open_files) {
  file("proc/self/limits",
       fmt::format("{:<26}{:<21}{:<21}{}\n{:<26}{:<21}{:<21}{}\n{:<26}{:<21}{:<21}{}\n", "Limit",
                   "Soft Limit", "Hard Limit", "Units", "Max open files", open_files, open_files,
                   "files", "Max locked memory", memlock, memlock, "bytes"));
}

void DescribedHost::becomes_p5() {
  file("sys/class/dmi/id/product_name", "p5.48xlarge\n");
  pci(0x10de, 0x2330, 0x030200, 8, "nvidia");
  pci(0x10de, 0x22a3, 0x068000, 4, "nvidia");
  pci(0x1d0f, 0xefa1, 0x020000, 32, "efa");
  file("proc/driver/nvidia/version",
       "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\n"
       "GCC version:  gcc version 12.3.0\n");
  for (int gpu = 0; gpu < 8; ++gpu) file(fmt::format("dev/nvidia{}", gpu), "");
  file("dev/nvidiactl", "");
  file("dev/nvidia-uvm", "");
  file("proc/1234/comm", "nv-fabricmanager\n");
  file("sys/module/efa/version", "2.13.0g\n");
  for (int efa = 0; efa < 32; ++efa) {
    file(fmt::format("sys/class/infiniband/rdmap{}s0/node_guid", 79 + efa), "");
    file(fmt::format("dev/infiniband/uverbs{}", efa), "");
  }
  file("opt/amazon/efa_installed_packages",
       "# EFA installer version: 1.38.0\n# Debug packages installed: no\n");
  limits("unlimited", "65536");
}

}  // namespace plumbline
