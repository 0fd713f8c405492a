#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "probes/host_memory/thread_team.h"
#include "probes/node/mapping.h"
#include "probes/node/placement.h"

namespace plumbline::host_memory {

/// Memory that lies on one NUMA node, all of its pages touched and looked up: in huge pages from
/// the reserved pool if there are enough, else in transparent ones, else in base pages.
class PlacedBuffer {
 public:
  /// Has room for `bytes` or a little more. `team` touches the pages, each thread a part. Where the
  /// machine has `only_memory` of this node, a kernel that forbids to bind and look up pages is no
  /// obstacle. Throws std::system_error, and std::runtime_error if pages lie elsewhere.
  PlacedBuffer(std::size_t bytes, unsigned node, bool only_memory, ThreadTeam& team,
               const PageNodes& where = page_nodes);

  std::span<std::byte> bytes() const { return mapping_.bytes(); }
  unsigned node() const { return node_; }
  /// What was really got: "transparent huge pages of 2 MiB (100 %)".
  const std::string& pages() const { return pages_; }

 private:
  Mapping map(std::size_t bytes, ThreadTeam& team);

  unsigned node_;
  bool only_memory_;
  std::string pages_;
  Mapping mapping_;
};

}  // namespace plumbline::host_memory
