#pragma once

#include <nccl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "probes/virtual_node/machine.h"
#include "probes/virtual_node/meeting.h"
#include "probes/virtual_node/nccl/rendezvous.h"

namespace plumbline::virtual_node {

enum class Kind { all_reduce, all_gather, reduce_scatter, broadcast, reduce, send_receive };
const char* name_of(Kind kind);

/// One buffer of an operation: of the whole of it, or what goes to or comes from one rank.
struct Piece {
  std::byte* data = nullptr;
  std::size_t count = 0;  ///< elements
  int peer = 0;           ///< the rank it is for or from, where there are several pieces
};

/// What all ranks must say alike.
struct Call {
  Kind kind = Kind::all_reduce;
  std::size_t count = 0;  ///< elements of a piece; 0 for send_receive
  ncclDataType_t type = ncclFloat32;
  ncclRedOp_t reduction = ncclSum;
  int root = 0;

  std::uint64_t signature() const;
  std::string text() const;
};

/// One rank's part in an operation.
struct Contribution {
  int rank = 0;
  int gpu = 0;
  std::vector<Piece> sends;
  std::vector<Piece> receives;
};

/// An operation of one communicator, as this process takes part in it.
struct Collective {
  Call call;
  int size = 0;  ///< ranks of the communicator
  std::uint64_t sequence = 0;
  std::vector<Contribution> local;
  std::shared_ptr<Rendezvous> others;  ///< null: all ranks are in this process
  double duration_ns = 0;              ///< as far as this process's GPUs are concerned
};

/// What may be called twice with one result: its buffers and what is done with them.
std::string key_of(const Collective& operation);

/// What it reads and writes of this process's GPUs.
std::vector<MeetingAccess> accesses_of(const Collective& operation);

/// How long it takes and what it takes meanwhile. Of several processes each tells only of its own
/// GPUs, and the slowest decides (meet_others).
struct Cost {
  double latency_ns = 0;
  double bytes = 0;
  double bytes_per_s = 1;
  std::vector<MeetingLoad> loads;
};
Cost cost_of(const Collective& operation, const Machine& machine, bool multicast);

/// Publishes what this process's ranks send, once there is room; then says when the last rank of
/// all came, later by what another process takes longer than this one, or less than 0 as long as
/// that is not known.
double meet_others(const Collective& operation, double arrived_ns, bool& published);

/// Moves the data. Throws std::runtime_error if the ranks called different things.
void move_data(const Collective& operation, const NcclModel& faults);

}  // namespace plumbline::virtual_node
