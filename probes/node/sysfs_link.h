#pragma once

#include <filesystem>

#include "probes/node/node.h"

namespace plumbline {

/// What the kernel says about the link above a PCI function.
struct SysfsLink {
  Link now;
  Link max;
};

/// Reads <devices>/<address>/{current,max}_link_{speed,width}; `devices` is
/// /sys/bus/pci/devices. A function without a link (virtual, or behind an old bridge) has none.
SysfsLink read_sysfs_link(const std::filesystem::path& devices, const PciAddress& address);

/// "32.0 GT/s PCIe" and "16" as a link; unknown for anything else, "Unknown" and width 0 included.
Link parse_link(const std::string& speed, const std::string& width);

}  // namespace plumbline
