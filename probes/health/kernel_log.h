#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "probes/vendor/nvml.h"

namespace plumbline::health {

/// An error that the driver reported in the kernel's log.
struct Xid {
  std::string pci_address;  ///< "0000:53:00.0"
  unsigned number = 0;
  std::string text;  ///< what stands behind the number

  bool operator==(const Xid&) const = default;
};

/// The XIDs among lines of a log: "NVRM: Xid (PCI:0000:53:00): 79, pid=1, GPU has fallen ...".
std::vector<Xid> xids_in(std::string_view log);

/// 13, 31, 43 and 45 come of what a program did, as NVIDIA's list of XIDs says; all others are
/// about the GPU, its memory, its links or its driver.
bool is_of_a_program(unsigned number);

/// All that the kernel still remembers. Not allowed to most users, and not there in most
/// containers: then the reason why.
nvml::Reading<std::string> read_kernel_log(const std::filesystem::path& device = "/dev/kmsg");

}  // namespace plumbline::health
