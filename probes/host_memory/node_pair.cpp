#include "probes/host_memory/node_pair.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace plumbline::host_memory {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

CpuList common(const CpuList& cpus, const CpuList& allowed) {
  CpuList both;
  for (const unsigned cpu : cpus) {
    if (std::binary_search(allowed.begin(), allowed.end(), cpu)) both.push_back(cpu);
  }
  return both;
}

/// One allowed CPU of each core of the node, and behind them the cores' other allowed ones.
CpuList cores_first(const Node& node, const NumaNode& numa, const CpuList& allowed,
                    std::size_t& cores) {
  CpuList first, others;
  CpuList unclaimed = common(numa.cpus, allowed);
  for (const Core& core : node.cores) {
    const CpuList usable = common(core.cpus, unclaimed);
    if (usable.empty()) continue;
    first.push_back(usable.front());
    others.insert(others.end(), usable.begin() + 1, usable.end());
    std::erase_if(unclaimed, [&](unsigned cpu) {
      return std::find(usable.begin(), usable.end(), cpu) != usable.end();
    });
  }
  first.insert(first.end(), unclaimed.begin(), unclaimed.end());  // of no known core
  cores = first.size();
  first.insert(first.end(), others.begin(), others.end());
  return first;
}

}  // namespace

NodePairs node_pairs(const Node& node, const CpuList& allowed, std::size_t threads) {
  NodePairs result;
  std::vector<const NumaNode*> memories;
  for (const NumaNode& numa : node.numa_nodes) {
    if (numa.memory_bytes != 0) {
      memories.push_back(&numa);
    } else {
      result.left_out.push_back({numa.subject(), numa.subject(), "the node has no memory"});
    }
  }
  std::vector<NodePair> by_cpu_node;
  for (const NumaNode& numa : node.numa_nodes) {
    if (!numa.has_cpus()) continue;
    std::size_t cores = 0;
    CpuList cpus = cores_first(node, numa, allowed, cores);
    if (cpus.empty()) {
      result.left_out.push_back(
          {numa.subject(), numa.subject(),
           fmt::format("this process may run on none of its CPUs {}", format_cpu_list(numa.cpus))});
      continue;
    }
    const std::size_t wanted = threads == 0 ? cores : threads;
    if (wanted > cpus.size()) {
      throw std::invalid_argument(fmt::format("{} threads: found {} CPUs on {} to run them", wanted,
                                              cpus.size(), numa.subject()));
    }
    cpus.resize(wanted);
    by_cpu_node.push_back(
        {numa.os_index, 0, std::move(cpus), numa.last_level_cache_bytes, memories.size() == 1});
  }
  for (const NumaNode* memory : memories) {
    for (NodePair pair : by_cpu_node) {
      pair.memory_node = memory->os_index;
      result.pairs.push_back(std::move(pair));
    }
  }
  return result;
}

CpuList allowed_cpus() {
  for (std::size_t count = 1024;; count *= 2) {
    std::vector<unsigned long> words(count / (8 * sizeof(unsigned long)));
    auto* const set = reinterpret_cast<cpu_set_t*>(words.data());
    const std::size_t bytes = words.size() * sizeof(unsigned long);
    if (::sched_getaffinity(0, bytes, set) != 0) {
      if (errno == EINVAL && count < (1U << 20)) continue;
      throw std::system_error(errno, std::generic_category(), "cannot read the CPU affinity");
    }
    CpuList cpus;
    for (unsigned cpu = 0; cpu < count; ++cpu) {
      if (CPU_ISSET_S(cpu, bytes, set)) cpus.push_back(cpu);
    }
    return cpus;
  }
}

std::uint64_t default_array_bytes(std::uint64_t last_level_cache_bytes,
                                  std::uint64_t memory_bytes) {
  constexpr std::uint64_t least = 256 * mebibyte;
  const std::uint64_t wanted =
      std::max(least, (4 * last_level_cache_bytes + mebibyte - 1) / mebibyte * mebibyte);
  const std::uint64_t most = memory_bytes / 24;
  return wanted <= most ? wanted : std::max(least, std::bit_floor(most));
}

}  // namespace plumbline::host_memory
