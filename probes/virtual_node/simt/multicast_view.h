#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace plumbline::virtual_node {

/// Addresses at which a multicast object is mapped, and where in each GPU's memory the first of
/// them is.
struct MulticastView {
  std::uintptr_t begin = 0;
  std::size_t bytes = 0;
  std::vector<std::byte*> written;  ///< what is written there arrives here
  std::vector<std::byte*> read;     ///< what is read there is the sum of these
};

/// What the launch that runs now may reach so.
void show_multicast(std::vector<MulticastView> views);
/// The view that holds `bytes` from an address on. Throws LaunchFailure if there is none.
const MulticastView& multicast_view(const void* address, std::size_t bytes);

}  // namespace plumbline::virtual_node
