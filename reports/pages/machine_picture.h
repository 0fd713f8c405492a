#pragma once

#include <span>

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// What is in one node and where: NUMA nodes with their GPUs, below each GPU the EFA devices
/// nearest to it, and the links between the GPUs. What is not as it should be carries the shape of
/// its verdict. `findings` are those of the node. Draws nothing of a node without such devices.
void machine_picture(const html::Element& into, std::span<const Device* const> devices,
                     std::span<const Finding* const> findings);

/// Which EFA device is near to which GPU, and how fast one writes from the other's memory where
/// that was measured. Nothing without both.
void gpu_nic_table(const html::Element& into, std::span<const Device* const> devices,
                   std::span<const Finding* const> findings);

}  // namespace plumbline
