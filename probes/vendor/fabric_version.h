#pragma once

#include <rdma/fabric.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_ext.h>

#include <cstddef>
#include <cstdint>

/// What differs between libfabric 1.17 and 2.x, in one place: a program built with the headers of
/// one release runs with the library of another.
namespace plumbline::fabric {

/// The API that is asked for, at most. The library reads and writes the structs of the version that
/// is asked for: from 1.20 on `fi_cq_err_entry` is longer than in older headers. Below 1.18
/// provider efa leaves the RDMA engine of p4d and p5 off.
#if FI_VERSION_GE(FI_VERSION(FI_MAJOR_VERSION, FI_MINOR_VERSION), FI_VERSION(1, 20))
inline constexpr std::uint32_t wanted_api = FI_VERSION(1, 20);
#else
inline constexpr std::uint32_t wanted_api = FI_VERSION(1, 18);
#endif

/// The first API with which provider efa uses the RDMA engine of every device that has one.
inline constexpr std::uint32_t least_api_on_efa = FI_VERSION(1, 18);

/// A struct of libfabric with room behind it for what other releases than that of the headers write
/// or read there; all zero.
template <class Struct>
struct WithRoom {
  Struct value{};
  unsigned char room[256]{};
};

// Options of an endpoint that older headers do not name.
inline constexpr int option_cuda_api_permitted = FI_OPT_XPU_TRIGGER + 1;       // bool, 1.18
inline constexpr int option_shared_memory_permitted = FI_OPT_XPU_TRIGGER + 2;  // bool, 1.21
inline constexpr int option_efa_rnr_retry = -(0xefa << 16);                    // size_t, 1.17
inline constexpr int option_efa_emulated_write = option_efa_rnr_retry + 2;     // bool, 1.18

inline constexpr std::uint32_t least_api_with_dmabuf = FI_VERSION(1, 20);
inline constexpr std::uint64_t mr_dmabuf = 1ULL << 40;  // FI_MR_DMABUF
/// fi_mr_dmabuf; fi_mr_attr points to it in the place of `mr_iov`.
struct MrDmabuf {
  int fd = -1;
  std::uint64_t offset = 0;
  std::size_t len = 0;
  void* base_addr = nullptr;
};

}  // namespace plumbline::fabric
