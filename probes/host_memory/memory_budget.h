#pragma once

#include <cstdint>
#include <filesystem>

namespace plumbline::host_memory {

/// Memory of one NUMA node, as far as this process may use it.
struct MemoryBudget {
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;  ///< free or in droppable caches, within the cgroup's limit
};

/// Reads the kernel's files below `root` ("/" but in tests). Where the node is the `only_memory` of
/// the machine, /proc/meminfo is asked: virtual machines that are given memory as they need it
/// report only a part of it for the node.
MemoryBudget memory_budget(unsigned node, bool only_memory,
                           const std::filesystem::path& root = "/");

/// The reserved huge pages of the default size.
struct HugePagePool {
  std::uint64_t page_bytes = 0;  ///< 0 where the kernel has none
  std::uint64_t free_bytes = 0;  ///< on the node
};
HugePagePool huge_page_pool(unsigned node, const std::filesystem::path& root = "/");

}  // namespace plumbline::host_memory
