#pragma once

#include <cstdint>
#include <optional>

#include "probes/host_memory/node_pair.h"
#include "probes/host_memory/placed_buffer.h"
#include "probes/host_memory/thread_team.h"

namespace plumbline::host_memory {

/// Threads and memory, kept from one case to the next as long as it wants the same.
class Workbench {
 public:
  /// Threads on the pair's CPUs.
  ThreadTeam& team(const NodePair& pair);

  /// One thread on the first of them.
  ThreadTeam& single(const NodePair& pair);

  /// At least `bytes` of the pair's memory, touched by its team. Throws Skip if so much is not
  /// available.
  PlacedBuffer& buffer(const NodePair& pair, std::uint64_t bytes);

 private:
  std::optional<ThreadTeam> team_;
  std::optional<ThreadTeam> single_;
  std::optional<PlacedBuffer> buffer_;
};

}  // namespace plumbline::host_memory
