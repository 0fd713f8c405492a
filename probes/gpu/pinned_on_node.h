#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "probes/gpu/workbench.h"
#include "probes/node/mapping.h"
#include "probes/vendor/cuda_owners.h"

namespace plumbline {

/// Page-locked memory of the host on a NUMA node of choice: bound before it is touched, looked up
/// before it is page-locked, and reachable by every GPU.
class PinnedOnNode {
 public:
  /// Without a node the kernel chooses. Throws std::system_error, VendorError, and
  /// std::runtime_error if pages lie elsewhere.
  PinnedOnNode(std::shared_ptr<const Workbench> owner, std::size_t bytes,
               std::optional<unsigned> node);

  std::span<std::byte> memory() const { return pinned_.memory(); }
  cuda::DeviceAddress address(const cuda::Context& context) const {
    return pinned_.address(context);
  }
  std::optional<unsigned> node() const { return node_; }
  /// Whether it can be used still: the GPU that it is registered with is not lost.
  bool usable() const;

 private:
  std::shared_ptr<const Workbench> owner_;
  std::optional<unsigned> node_;
  Mapping mapping_;
  cuda::RegisteredMemory pinned_;
};

}  // namespace plumbline
