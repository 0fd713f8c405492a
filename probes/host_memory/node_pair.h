#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probes/node/node.h"

namespace plumbline::host_memory {

/// The CPUs of one NUMA node at work on the memory of one.
struct NodePair {
  unsigned cpu_node = 0;
  unsigned memory_node = 0;
  CpuList cpus;                              ///< a thread runs on each of them
  std::uint64_t last_level_cache_bytes = 0;  ///< of the CPU node; 0 unknown
  bool only_memory = true;                   ///< there is no other memory to be misplaced on

  bool local() const { return cpu_node == memory_node; }
  std::string subject() const { return "numa" + std::to_string(cpu_node); }
  std::string peer() const { return "numa" + std::to_string(memory_node); }
};

/// Something that cannot be measured, and why.
struct LeftOut {
  std::string subject;
  std::string peer;
  std::string reason;
};

struct NodePairs {
  std::vector<NodePair> pairs;  ///< by memory node, then by CPU node
  std::vector<LeftOut> left_out;
};

/// All pairs of a node with CPUs and a node with memory. Of the CPUs only those in `allowed` are
/// used: one per core, or `threads` of each node (0: one per core), cores first, then their
/// siblings. Throws std::invalid_argument if a node has fewer than `threads`.
NodePairs node_pairs(const Node& node, const CpuList& allowed, std::size_t threads);

/// The CPUs that this process may run on.
CpuList allowed_cpus();

/// The size of one of the three arrays: four times the CPU node's last-level caches and at least
/// 256 MiB, so that caches serve little of a pass; where three such arrays were more than an eighth
/// of the memory, the power of two below that eighth's third, but not less than 256 MiB.
std::uint64_t default_array_bytes(std::uint64_t last_level_cache_bytes, std::uint64_t memory_bytes);

}  // namespace plumbline::host_memory
