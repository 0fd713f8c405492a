// The functions of NCCL that the virtual node has.

#include <cstdio>
#include <cstring>

#include "probes/virtual_node/nccl/communicator.h"
#include "probes/virtual_node/nccl/reduction.h"

using plumbline::virtual_node::Call;
using plumbline::virtual_node::checked;
using plumbline::virtual_node::Kind;
using plumbline::virtual_node::library_mutex;
using plumbline::virtual_node::NcclFailed;
using plumbline::virtual_node::Piece;
using plumbline::virtual_node::the_machine;

#define VIRTUAL_NODE_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

/// Runs the body of an exported function: one at a time, with what it throws turned into its
/// result.
template <class Body>
ncclResult_t guarded(const char* call, Body&& body) {
  const std::lock_guard lock(library_mutex());
  std::string why;
  ncclResult_t result = ncclInternalError;
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      return ncclSuccess;
    } else {
      return body();
    }
  } catch (const NcclFailed& failure) {
    result = failure.result;
    why = failure.why;
  } catch (const std::exception& error) {
    why = error.what();
  }
  plumbline::virtual_node::set_last_error(why);
  std::fprintf(stderr, "virtual node: %s: %s\n", call, why.c_str());
  return result;
}

/// A call outside a group is a group of one.
template <class Body>
ncclResult_t in_group(const char* call, Body&& body) {
  return guarded(call, [&] {
    plumbline::virtual_node::group_start();
    try {
      body();
    } catch (...) {
      plumbline::virtual_node::group_end();
      throw;
    }
    return plumbline::virtual_node::group_end();
  });
}

std::byte* bytes(const void* buffer) {
  return const_cast<std::byte*>(static_cast<const std::byte*>(buffer));
}

std::byte* at(const void* buffer, std::size_t count, ncclDataType_t type, int index) {
  return bytes(buffer) + static_cast<std::size_t>(index) * count *
                             plumbline::virtual_node::bytes_of(type).value_or(0);
}

int size_of(ncclComm_t comm) {
  const auto& clique = checked(comm).clique;
  return clique ? clique->size : 0;
}

}  // namespace

VIRTUAL_NODE_EXPORT const char* plumbline_stand_in(const char* key) {
  try {
    if (std::strcmp(key, "host") == 0) return the_machine().host.c_str();
    if (std::strcmp(key, "instance_type") == 0) return the_machine().instance_type.c_str();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "virtual node: NCCL: %s\n", error.what());
  }
  return "";
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclGetVersion(int* version) {
  return guarded("ncclGetVersion", [&] {
    if (version == nullptr) throw NcclFailed(ncclInvalidArgument, "version is null");
    *version = the_machine().nccl.version;
  });
}

VIRTUAL_NODE_EXPORT const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSuccess:
      return "no error";
    case ncclUnhandledCudaError:
      return "unhandled cuda error (run with NCCL_DEBUG=INFO for details)";
    case ncclSystemError:
      return "unhandled system error (run with NCCL_DEBUG=INFO for details)";
    case ncclInternalError:
      return "internal error - please report this issue to the NCCL developers";
    case ncclInvalidArgument:
      return "invalid argument (run with NCCL_DEBUG=WARN for details)";
    case ncclInvalidUsage:
      return "invalid usage (run with NCCL_DEBUG=WARN for details)";
    case ncclRemoteError:
      return "remote process exited or there was a network error";
    case ncclInProgress:
      return "NCCL operation in progress";
    default:
      return "unknown result code";
  }
}

VIRTUAL_NODE_EXPORT const char* ncclGetLastError(ncclComm_t) {
  const std::lock_guard lock(library_mutex());
  return plumbline::virtual_node::last_error();
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  return guarded("ncclGetUniqueId", [&] {
    if (id == nullptr) throw NcclFailed(ncclInvalidArgument, "the id is null");
    *id = plumbline::virtual_node::make_id();
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id,
                                                        int rank, ncclConfig_t* config) {
  return in_group("ncclCommInitRankConfig", [&] {
    if (comm == nullptr) throw NcclFailed(ncclInvalidArgument, "comm is null");
    bool blocking = true;
    if (config != nullptr) {
      constexpr unsigned magic = 0xcafebeef, first_version = NCCL_VERSION(2, 14, 0);
      if (config->magic != magic || config->version < first_version) {
        throw NcclFailed(ncclInvalidArgument,
                         "the configuration was not made by NCCL_CONFIG_INITIALIZER");
      }
      if (config->blocking != NCCL_CONFIG_UNDEF_INT && (config->blocking & ~1) != 0) {
        throw NcclFailed(ncclInvalidArgument, "blocking is neither 0 nor 1");
      }
      blocking = config->blocking != 0;
    }
    plumbline::virtual_node::create(comm, size, id, rank, blocking);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommInitRank(ncclComm_t* comm, int size, ncclUniqueId id,
                                                  int rank) {
  return ncclCommInitRankConfig(comm, size, id, rank, nullptr);
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommInitAll(ncclComm_t* comms, int count, const int* devices) {
  ncclUniqueId id;
  if (const ncclResult_t result = ncclGetUniqueId(&id); result != ncclSuccess) return result;
  CUcontext before = nullptr;
  cuCtxGetCurrent(&before);
  ncclGroupStart();
  ncclResult_t first_failure = ncclSuccess;
  for (int rank = 0; rank < count && first_failure == ncclSuccess; ++rank) {
    // As the runtime does: the device's primary context becomes current.
    CUcontext context = nullptr;
    if (cuDevicePrimaryCtxRetain(&context, devices != nullptr ? devices[rank] : rank) !=
            CUDA_SUCCESS ||
        cuCtxSetCurrent(context) != CUDA_SUCCESS) {
      first_failure = ncclUnhandledCudaError;
      break;
    }
    first_failure = ncclCommInitRank(&comms[rank], count, id, rank);
  }
  const ncclResult_t result = ncclGroupEnd();
  cuCtxSetCurrent(before);
  return first_failure != ncclSuccess ? first_failure : result;
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  return guarded("ncclCommFinalize", [&] {
    ncclComm& checked_comm = checked(comm);
    if (checked_comm.finalized) throw NcclFailed(ncclInvalidArgument, "it is finalized already");
    checked_comm.finalized = true;
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  return guarded("ncclCommDestroy", [&] {
    if (comm == nullptr) return;
    if (!checked(comm).registered.empty()) {
      throw NcclFailed(ncclInvalidUsage, "buffers are still registered with the communicator");
    }
    plumbline::virtual_node::destroy(*comm);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommAbort(ncclComm_t comm) {
  return guarded("ncclCommAbort", [&] {
    if (comm != nullptr) plumbline::virtual_node::abort(checked(comm));
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* result) {
  return guarded("ncclCommGetAsyncError", [&] {
    if (result == nullptr) throw NcclFailed(ncclInvalidArgument, "asyncError is null");
    *result = plumbline::virtual_node::state_of(checked(comm));
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommCount(ncclComm_t comm, int* count) {
  return guarded("ncclCommCount", [&] { *count = size_of(comm); });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommCuDevice(ncclComm_t comm, int* device) {
  return guarded("ncclCommCuDevice", [&] { *device = checked(comm).device; });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommUserRank(ncclComm_t comm, int* rank) {
  return guarded("ncclCommUserRank", [&] { *rank = checked(comm).rank; });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclGroupStart() {
  return guarded("ncclGroupStart", [] { plumbline::virtual_node::group_start(); });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclGroupEnd() {
  return guarded("ncclGroupEnd", [] { return plumbline::virtual_node::group_end(); });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclAllReduce(const void* from, void* to, std::size_t count,
                                               ncclDataType_t type, ncclRedOp_t reduction,
                                               ncclComm_t comm, cudaStream_t stream) {
  return in_group("ncclAllReduce", [&] {
    plumbline::virtual_node::take_part(checked(comm), {Kind::all_reduce, count, type, reduction, 0},
                                       {{bytes(from), count, 0}}, {{bytes(to), count, 0}}, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclReduce(const void* from, void* to, std::size_t count,
                                            ncclDataType_t type, ncclRedOp_t reduction, int root,
                                            ncclComm_t comm, cudaStream_t stream) {
  return in_group("ncclReduce", [&] {
    std::vector<Piece> receives;
    if (checked(comm).rank == root) receives.push_back({bytes(to), count, 0});
    plumbline::virtual_node::take_part(checked(comm), {Kind::reduce, count, type, reduction, root},
                                       {{bytes(from), count, 0}}, receives, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclBroadcast(const void* from, void* to, std::size_t count,
                                               ncclDataType_t type, int root, ncclComm_t comm,
                                               cudaStream_t stream) {
  return in_group("ncclBroadcast", [&] {
    std::vector<Piece> sends;
    if (checked(comm).rank == root) sends.push_back({bytes(from), count, 0});
    plumbline::virtual_node::take_part(checked(comm), {Kind::broadcast, count, type, ncclSum, root},
                                       sends, {{bytes(to), count, 0}}, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclBcast(void* buffer, std::size_t count, ncclDataType_t type,
                                           int root, ncclComm_t comm, cudaStream_t stream) {
  return ncclBroadcast(buffer, buffer, count, type, root, comm, stream);
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclReduceScatter(const void* from, void* to, std::size_t count,
                                                   ncclDataType_t type, ncclRedOp_t reduction,
                                                   ncclComm_t comm, cudaStream_t stream) {
  return in_group("ncclReduceScatter", [&] {
    std::vector<Piece> sends;
    for (int rank = 0; rank < size_of(comm); ++rank) {
      sends.push_back({at(from, count, type, rank), count, rank});
    }
    plumbline::virtual_node::take_part(checked(comm),
                                       {Kind::reduce_scatter, count, type, reduction, 0}, sends,
                                       {{bytes(to), count, 0}}, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclAllGather(const void* from, void* to, std::size_t count,
                                               ncclDataType_t type, ncclComm_t comm,
                                               cudaStream_t stream) {
  return in_group("ncclAllGather", [&] {
    std::vector<Piece> receives;
    for (int rank = 0; rank < size_of(comm); ++rank) {
      receives.push_back({at(to, count, type, rank), count, rank});
    }
    plumbline::virtual_node::take_part(checked(comm), {Kind::all_gather, count, type, ncclSum, 0},
                                       {{bytes(from), count, 0}}, receives, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclSend(const void* from, std::size_t count, ncclDataType_t type,
                                          int peer, ncclComm_t comm, cudaStream_t stream) {
  return in_group("ncclSend", [&] {
    plumbline::virtual_node::take_part(checked(comm), {Kind::send_receive, 0, type, ncclSum, 0},
                                       {{bytes(from), count, peer}}, {}, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclRecv(void* to, std::size_t count, ncclDataType_t type,
                                          int peer, ncclComm_t comm, cudaStream_t stream) {
  return in_group("ncclRecv", [&] {
    plumbline::virtual_node::take_part(checked(comm), {Kind::send_receive, 0, type, ncclSum, 0}, {},
                                       {{bytes(to), count, peer}}, stream);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclMemAlloc(void** memory, std::size_t size) {
  return guarded("ncclMemAlloc", [&] {
    CUdeviceptr address = 0;
    if (cuMemAlloc(&address, size) != CUDA_SUCCESS) {
      throw NcclFailed(ncclUnhandledCudaError,
                       std::to_string(size) + " bytes could not be allocated");
    }
    *memory = reinterpret_cast<void*>(address);
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclMemFree(void* memory) {
  return guarded("ncclMemFree", [&] {
    if (cuMemFree(reinterpret_cast<CUdeviceptr>(memory)) != CUDA_SUCCESS) {
      throw NcclFailed(ncclUnhandledCudaError, "the memory is none that was allocated");
    }
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommRegister(ncclComm_t comm, void* buffer, std::size_t size,
                                                  void** handle) {
  return guarded("ncclCommRegister", [&] {
    if (buffer == nullptr || size == 0 || handle == nullptr) {
      throw NcclFailed(ncclInvalidArgument, "buffer, size or handle is null");
    }
    checked(comm).registered.insert(buffer);
    *handle = buffer;
  });
}

VIRTUAL_NODE_EXPORT ncclResult_t ncclCommDeregister(ncclComm_t comm, void* handle) {
  return guarded("ncclCommDeregister", [&] {
    if (checked(comm).registered.erase(handle) == 0) {
      throw NcclFailed(ncclInvalidArgument, "the handle is of no buffer that is registered");
    }
  });
}
