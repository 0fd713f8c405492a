#pragma once

#include <cuda.h>
#include <nccl.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "probes/virtual_node/nccl/operation.h"

namespace plumbline::virtual_node {

/// How a call ends that does not succeed; `why` is what ncclGetLastError says.
struct NcclFailed : std::exception {
  ncclResult_t result;
  std::string why;
  NcclFailed(ncclResult_t result_, std::string why_) : result(result_), why(std::move(why_)) {}
  const char* what() const noexcept override { return why.c_str(); }
};

/// The ranks of one communicator that one group of calls of this process made.
struct Clique {
  std::string id;
  int size = 0;
  std::vector<ncclComm*> members;
  std::shared_ptr<Rendezvous> others;  ///< null: all ranks are members
  bool aborted = false;
  bool never_launched = false;  ///< an operation is in progress for ever
  /// Operations that not all members have called yet, by number, and the meeting of each.
  struct Gathering {
    std::uint64_t meeting;
    Collective operation;
  };
  std::map<std::uint64_t, Gathering> gathering;
  /// Those that may be under way: to be cancelled when it is aborted.
  std::deque<std::uint64_t> meetings;
};

/// The library's state: one call at a time. Never held while a meeting is told to move data, which
/// the driver does with its own lock held.
std::mutex& library_mutex();
const Machine& the_machine();
/// NVSwitch reduces and copies: the machine can, and NCCL_NVLS_ENABLE was not 0 at the first use.
bool multicast_enabled();

ncclComm& checked(ncclComm_t handle);
void set_last_error(const std::string& what);
const char* last_error();

void create(ncclComm_t* handle, int size, const ncclUniqueId& id, int rank, bool blocking);
ncclUniqueId make_id();
ncclResult_t state_of(ncclComm& comm);
void abort(ncclComm& comm);
void destroy(ncclComm& comm);

/// Queues one rank's part of an operation of its communicator, in the order of its calls.
void take_part(ncclComm& comm, const Call& call, std::vector<Piece> sends,
               std::vector<Piece> receives, CUstream stream);

/// Calls between ncclGroupStart and ncclGroupEnd, of this thread.
void group_start();
ncclResult_t group_end();
bool grouping();

}  // namespace plumbline::virtual_node

/// NCCL's own name for it.
struct ncclComm {
  std::shared_ptr<plumbline::virtual_node::Clique> clique;
  int rank = 0;
  int gpu = 0;     ///< of the machine
  int device = 0;  ///< as the driver counts
  bool blocking = true;
  bool finalized = false;
  ncclResult_t failed = ncclSuccess;
  std::uint64_t sequence = 0;
  std::set<void*> registered;
};
