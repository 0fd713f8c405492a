#pragma once

#include <cstdint>
#include <string>

#include "probes/gpu/ranks.h"

namespace plumbline::collectives {

enum class Operation {
  all_reduce,
  all_gather,
  reduce_scatter,
  broadcast,
  reduce,
  alltoall,
  gather,
  scatter,
  sendrecv,  ///< a ring: each rank to the next
};
inline constexpr int operation_count = 9;
const char* name_of(Operation operation);

/// The root of broadcast, reduce, gather and scatter.
inline constexpr int root = 0;

/// Bus bandwidth = size / time x this: what each link must carry, whatever the number of ranks
/// (nccl-tests, doc/PERFORMANCE.md).
double bus_factor(Operation operation, int ranks);

/// True where the size counts one piece for each rank.
bool is_split(Operation operation);
/// True where the result may lie where what is sent lies.
bool has_in_place(Operation operation);
/// True where the result in place is not what an operation may begin with again.
bool in_place_consumes(Operation operation);
/// True where NVSwitch may do a part of it (NVLS).
bool may_use_nvls(Operation operation);

/// The elements that a rank's buffers hold for an operation of a size: `count` in each piece.
struct Layout {
  std::size_t count = 0;
  std::size_t send_pieces = 0;     ///< 0: this rank sends nothing
  std::size_t receive_pieces = 0;  ///< 0: receives nothing
};
Layout layout_of(Operation operation, int ranks, int rank, std::uint64_t bytes);

/// What each piece that `rank` receives must hold: the sum of `ranks` pieces whose seeds are `step`
/// apart.
struct Expected {
  unsigned seed, step, ranks;
};
Expected expected(Operation operation, int ranks, int rank, std::size_t piece);

/// Queues one rank's part; to be called for all ranks of this process in one group.
void queue(Operation operation, const Ranks& ranks, std::size_t local, const void* from, void* to,
           std::size_t count);

}  // namespace plumbline::collectives
