#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "probes/gpu/pinned_on_node.h"
#include "probes/gpu/workbench.h"

namespace plumbline::host_link {

/// Page-locked memory that cases use one after the other: touching, placing and page-locking it
/// anew for each would take longer than what is measured.
class HostBuffers {
 public:
  explicit HostBuffers(std::size_t bytes) : bytes_(bytes) {}

  /// A buffer that nobody else has, on this NUMA node or, without one, wherever. It is free again
  /// when the last reference ends.
  std::shared_ptr<const PinnedOnNode> take(const std::shared_ptr<const Workbench>& bench,
                                           std::optional<unsigned> node);
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_;
  std::vector<std::shared_ptr<const PinnedOnNode>> buffers_;
};

}  // namespace plumbline::host_link
