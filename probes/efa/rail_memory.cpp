#include "probes/efa/rail_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstring>
#include <system_error>

#include "probes/node/placement.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace plumbline::efa {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Binds where the kernel lets it: a container without CAP_SYS_NICE measures all the same.
void bind(std::span<std::byte> memory, std::optional<unsigned> numa_node, std::string& pages) {
  if (!numa_node) return;
  try {
    bind_to_node(memory, *numa_node);
    pages += fmt::format(" on numa{}", *numa_node);
  } catch (const std::system_error& error) {
    pages += fmt::format(", not bound to numa{}: {}", *numa_node, error.what());
  }
}

/// False where there is not enough of it.
bool populate(std::span<std::byte> memory) {
  if (::madvise(memory.data(), memory.size(), MADV_POPULATE_WRITE) == 0) return true;
  if (errno != EINVAL) return false;
  std::memset(memory.data(), 0, memory.size());
  return true;
}

}  // namespace

RailMemory::RailMemory(std::size_t bytes, std::optional<unsigned> numa_node)
    : mapping_(map(bytes, numa_node, pages_)) {}

Mapping RailMemory::map(std::size_t bytes, std::optional<unsigned> numa_node, std::string& pages) {
  try {
    Mapping mapping(bytes, huge_page, true);
    pages = "reserved huge pages";
    bind(mapping.bytes(), numa_node, pages);
    if (populate(mapping.bytes())) return mapping;
  } catch (const std::system_error&) {
    // No pool of huge pages, or too small a one.
  }
  Mapping mapping(bytes, huge_page, false);
  const bool transparent =
      ::madvise(mapping.bytes().data(), mapping.bytes().size(), MADV_HUGEPAGE) == 0;
  pages = transparent ? "transparent huge pages" : "base pages";
  bind(mapping.bytes(), numa_node, pages);
  if (!populate(mapping.bytes())) {
    throw std::system_error(errno, std::generic_category(),
                            fmt::format("cannot get {} bytes of memory", bytes));
  }
  return mapping;
}

}  // namespace plumbline::efa
