#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/node/node.h"

namespace plumbline {

/// A device with the link that it hangs on.
struct OutlineDevice {
  const PciDevice* device = nullptr;
  Link link;  ///< under load, the narrower end of it
};

/// A host bridge or a switch as a person draws it: ports and chains of bridges are taken together,
/// and what is no GPU, network or disk is left out.
struct OutlineBranch {
  std::string buses;  ///< "0000:44-54"
  Link link;          ///< to what is above; unknown for a host bridge
  std::optional<unsigned> numa_node;
  std::vector<OutlineDevice> devices;   ///< GPUs first, then in order of kind and PCI address
  std::vector<OutlineBranch> switches;  ///< below this one
};

/// The PCI trees of a node, without those that hold nothing worth drawing. Pointers are into
/// `node`.
struct Outline {
  std::vector<OutlineBranch> roots;
  std::vector<OutlineDevice> loose;  ///< devices below no bridge
  std::size_t left_out = 0;          ///< PCI functions of other kinds
};

Outline outline_of(const Node& node);

/// "8 GPU", "32 EFA": how many devices of each kind there are, without the kinds that are not
/// there.
std::vector<std::string> device_counts(const Node& node);

/// What a reader calls it: "GPU", "EFA", "NVMe".
const char* kind_title(DeviceKind kind);

/// "H100", "A100 SXM4 40GB": what is in brackets in the name of the PCI id list, else the name,
/// else vendor:device.
std::string product_of(const PciDevice& device);

/// "561 GiB", "23.5 GiB", "512 MiB".
std::string format_memory(std::uint64_t bytes);

/// "3.8 TB", "940 GB": as disks are sold.
std::string format_disk(std::uint64_t bytes);

}  // namespace plumbline
