#include "probes/virtual_node/simt/multicast_view.h"

#include <utility>

#include "probes/virtual_node/simt/thread.h"

namespace plumbline::virtual_node {
namespace {

std::vector<MulticastView>& shown() {
  static std::vector<MulticastView> views;
  return views;
}

}  // namespace

void show_multicast(std::vector<MulticastView> views) { shown() = std::move(views); }

const MulticastView& multicast_view(const void* address, std::size_t bytes) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const MulticastView& view : shown()) {
    if (at >= view.begin && at - view.begin + bytes <= view.bytes) return view;
  }
  throw LaunchFailure("a kernel uses an address for multicast that its TRAFFIC does not name");
}

}  // namespace plumbline::virtual_node
