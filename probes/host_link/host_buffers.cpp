#include "probes/host_link/host_buffers.h"

namespace plumbline::host_link {

std::shared_ptr<const PinnedOnNode> HostBuffers::take(const std::shared_ptr<const Workbench>& bench,
                                                      std::optional<unsigned> node) {
  for (const auto& buffer : buffers_) {
    const bool is_free = buffer.use_count() == 1;
    if (is_free && buffer->node() == node && buffer->usable()) return buffer;
  }
  return buffers_.emplace_back(std::make_shared<const PinnedOnNode>(bench, bytes_, node));
}

}  // namespace plumbline::host_link
