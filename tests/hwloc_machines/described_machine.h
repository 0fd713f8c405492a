#pragma once

#include <string>
#include <vector>

#include "probes/virtual_node/shape/shape.h"

namespace plumbline {

using DescribedDevice = virtual_node::PciFunction;
using DescribedRoot = virtual_node::HostBridge;
using DescribedMachine = virtual_node::Shape;
using virtual_node::hwloc_xml;

/// Of the machine files of the virtual node, under another name of the host.
DescribedMachine p4d_24xlarge();
DescribedMachine p5_48xlarge();
DescribedMachine p5en_48xlarge();

/// A machine under the name of its file, good or with one thing wrong.
struct NamedMachine {
  std::string name;
  DescribedMachine machine;
};
std::vector<NamedMachine> all_machines();

/// The machine of that name. Throws std::out_of_range.
DescribedMachine machine_named(const std::string& name);

}  // namespace plumbline
