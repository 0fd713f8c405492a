#pragma once

#include <memory>
#include <string>

#include "probes/efa/end_memory.h"

namespace plumbline::efa {

/// Memory of the GPU at a PCI address ("0000:53:00.0"), through the CUDA driver (`libcuda`, by
/// default libcuda.so.1). It is registered as a dmabuf where driver and libfabric have those, else
/// as CUDA memory, to which the provider finds the way. Starts the driver, which takes a child
/// process: libfabric's domains must be opened later. Throws what speaks against it.
std::unique_ptr<MemorySource> gpu_memory(const std::string& libcuda,
                                         const std::string& pci_address);

}  // namespace plumbline::efa
