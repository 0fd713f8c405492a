#include "probes/host_memory/placed_buffer.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "probes/host_memory/memory_budget.h"
#include "results/schema/number.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace plumbline::host_memory {
namespace {

std::size_t round_up(std::size_t value, std::size_t step) {
  return (value + step - 1) / step * step;
}

std::uint64_t base_page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

/// The size of a transparent huge page; 0 where the kernel has none.
std::uint64_t transparent_page_bytes() {
  std::uint64_t bytes = 0;
  std::ifstream("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size") >> bytes;
  return bytes;
}

/// Bytes of the mapping that begins at `memory` which lie in transparent huge pages.
std::uint64_t transparent_bytes(std::span<const std::byte> memory) {
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
  const auto end = begin + memory.size();
  std::ifstream stream("/proc/self/smaps");
  std::uint64_t bytes = 0;
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::uintptr_t from = 0, to = 0;
    char dash = 0;
    if (words >> std::hex >> from >> dash >> to && dash == '-') {
      inside = from < end && begin < to;
    } else if (inside && line.starts_with("AnonHugePages:")) {
      bytes += 1024 * std::stoull(line.substr(line.find(':') + 1));
    }
  }
  return std::min<std::uint64_t>(bytes, memory.size());
}

/// Makes every page real, and says so by an error instead of a signal where there are not enough.
void populate(std::span<std::byte> memory, std::size_t page_bytes, ThreadTeam& team) {
  const std::size_t pages = (memory.size() + page_bytes - 1) / page_bytes;
  team.run([&](std::size_t rank) {
    const std::size_t begin = pages * rank / team.size() * page_bytes;
    const std::size_t end = std::min(memory.size(), pages * (rank + 1) / team.size() * page_bytes);
    if (begin >= end) return;
    const auto part = memory.subspan(begin, end - begin);
    if (::madvise(part.data(), part.size(), MADV_POPULATE_WRITE) == 0) return;
    if (errno != EINVAL) {
      throw std::system_error(errno, std::generic_category(),
                              fmt::format("cannot get {} bytes of memory", part.size()));
    }
    for (std::size_t at = 0; at < part.size(); at += base_page_bytes()) {
      *const_cast<volatile std::byte*>(&part[at]) = std::byte{0};
    }
  });
}

}  // namespace

PlacedBuffer::PlacedBuffer(std::size_t bytes, unsigned node, bool only_memory, ThreadTeam& team,
                           const PageNodes& where)
    : node_(node), only_memory_(only_memory), mapping_(map(bytes, team)) {
  try {
    check_placement(mapping_.bytes(), node, where);
  } catch (const std::system_error& error) {
    if (!only_memory) throw;
    pages_ += fmt::format("; not looked up: {}", error.what());
  }
}

Mapping PlacedBuffer::map(std::size_t bytes, ThreadTeam& team) {
  const auto bind = [&](const Mapping& mapping) {
    try {
      bind_to_node(mapping.bytes(), node_);
    } catch (const std::system_error&) {
      if (!only_memory_) throw;
    }
  };

  const HugePagePool pool = huge_page_pool(node_);
  if (pool.page_bytes != 0 && pool.free_bytes >= round_up(bytes, pool.page_bytes)) {
    try {
      Mapping mapping(bytes, pool.page_bytes, true);
      bind(mapping);
      populate(mapping.bytes(), pool.page_bytes, team);
      pages_ = fmt::format("reserved huge pages of {}", format_bytes(pool.page_bytes));
      return mapping;
    } catch (const std::system_error&) {
      // Somebody else was faster: the pool's pages are no longer free.
    }
  }

  const std::uint64_t huge_page = transparent_page_bytes();
  const std::uint64_t base_page = base_page_bytes();
  Mapping mapping(bytes, std::max(huge_page, base_page), false);
  if (huge_page != 0) ::madvise(mapping.bytes().data(), mapping.bytes().size(), MADV_HUGEPAGE);
  bind(mapping);
  populate(mapping.bytes(), std::max(huge_page, base_page), team);
  const std::uint64_t huge = transparent_bytes(mapping.bytes());
  if (huge == 0) {
    pages_ = fmt::format("pages of {}", format_bytes(base_page));
  } else {
    pages_ =
        fmt::format("transparent huge pages of {} ({:.0f} %)", format_bytes(huge_page),
                    100 * static_cast<double>(huge) / static_cast<double>(mapping.bytes().size()));
  }
  return mapping;
}

}  // namespace plumbline::host_memory
