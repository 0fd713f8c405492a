#pragma once

#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probes/vendor/fabric.h"

namespace plumbline::fabric {

template <class Fid>
struct CloseFid {
  void operator()(Fid* fid) const noexcept { ::fi_close(&fid->fid); }
};
template <class Fid>
using Owned = std::unique_ptr<Fid, CloseFid<Fid>>;

/// A domain, that is one device or interface, and the fabric that it belongs to.
class Domain {
 public:
  /// Keeps what was offered. Throws VendorError.
  explicit Domain(Info info);

  const Offer& offer() const { return offer_; }
  fi_info* info() const { return info_.get(); }
  fid_domain* handle() const { return domain_.get(); }
  /// "net rail0", for messages.
  std::string name() const { return offer_.provider + ' ' + offer_.domain; }

 private:
  Info info_;
  Offer offer_;
  Owned<fid_fabric> fabric_;
  Owned<fid_domain> domain_;
};

/// An operation that failed after it had been posted.
struct CompletionError {
  int error = 0;           ///< of libfabric
  int provider_error = 0;  ///< of the provider: what each number means is its own
  std::string text;        ///< what the provider says about it
  std::uint64_t flags = 0;
};
/// "Transport endpoint is not connected (prov_errno 107: ...)"
std::string to_string(const CompletionError& error);

using Completion = fi_cq_data_entry;

/// Tells which operations have ended; what reads it also makes most providers go on.
class CompletionQueue {
 public:
  CompletionQueue(const Domain& domain, std::size_t size);

  /// How many were read; 0: none at present; negative: see error() for -FI_EAVAIL.
  long read(std::span<Completion> entries) {
    const long count = ::fi_cq_read(queue_.get(), entries.data(), entries.size());
    return count == -FI_EAGAIN ? 0 : count;
  }
  /// What read() refuses to go on with; nothing if there is none.
  std::optional<CompletionError> error();

  fid_cq* handle() const { return queue_.get(); }

 private:
  Owned<fid_cq> queue_;
};

/// Memory of a GPU, as libfabric must know it.
struct GpuRange {
  int cuda_device = 0;         ///< CUdevice
  int dmabuf_descriptor = -1;  ///< of exactly this memory; -1: the provider finds its own way
};

/// Memory that the device may use.
class MemoryRegion {
 public:
  /// Host memory, or that of a GPU, for every operation. `requested_key` counts where the provider
  /// makes none.
  MemoryRegion(const Domain& domain, std::span<std::byte> memory, std::uint64_t requested_key,
               const std::optional<GpuRange>& gpu = std::nullopt);

  std::uint64_t key() const { return ::fi_mr_key(region_.get()); }
  void* descriptor() const { return ::fi_mr_desc(region_.get()); }
  /// How a peer names its first byte.
  std::uint64_t remote_base() const { return remote_base_; }

 private:
  Owned<fid_mr> region_;
  std::uint64_t remote_base_;
};

/// How the error begins of an endpoint that forbids CUDA where there is no other way to the GPU.
inline constexpr const char* no_peer_to_peer = "no peer-to-peer";

/// What an endpoint is told before it is enabled.
struct EndpointOptions {
  /// GPU memory without staging through cudaMemcpy: where the device cannot reach it by itself,
  /// there is no endpoint.
  bool forbid_cuda = false;
  bool forbid_shared_memory = false;  ///< the device also within a host
};

/// One end: sends to and accesses the memory of the peers that were inserted. All operations but
/// those that inject end with a completion that carries their context.
class Endpoint {
 public:
  Endpoint(const Domain& domain, CompletionQueue& queue, const EndpointOptions& options);

  /// The address that peers insert; opaque.
  std::vector<std::byte> name() const;
  fi_addr_t insert(std::span<const std::byte> name);

  /// Whether writes are made of messages, where the provider tells.
  std::optional<bool> writes_are_emulated() const;

  long send(std::span<const std::byte> from, void* descriptor, fi_addr_t to, fi_context2& context) {
    return ::fi_send(endpoint_.get(), from.data(), from.size(), descriptor, to, &context);
  }
  long inject(std::span<const std::byte> from, fi_addr_t to) {
    return ::fi_inject(endpoint_.get(), from.data(), from.size(), to);
  }
  long receive(std::span<std::byte> into, void* descriptor, fi_context2& context) {
    return ::fi_recv(endpoint_.get(), into.data(), into.size(), descriptor, FI_ADDR_UNSPEC,
                     &context);
  }
  long write(std::span<const std::byte> from, void* descriptor, fi_addr_t to, std::uint64_t address,
             std::uint64_t key, fi_context2& context) {
    return ::fi_write(endpoint_.get(), from.data(), from.size(), descriptor, to, address, key,
                      &context);
  }
  /// A write that the target sees as a completion with `immediate`.
  long write_data(std::span<const std::byte> from, void* descriptor, std::uint64_t immediate,
                  fi_addr_t to, std::uint64_t address, std::uint64_t key, fi_context2& context) {
    return ::fi_writedata(endpoint_.get(), from.data(), from.size(), descriptor, immediate, to,
                          address, key, &context);
  }
  long inject_write_data(std::span<const std::byte> from, std::uint64_t immediate, fi_addr_t to,
                         std::uint64_t address, std::uint64_t key) {
    return ::fi_inject_writedata(endpoint_.get(), from.data(), from.size(), immediate, to, address,
                                 key);
  }
  long read(std::span<std::byte> into, void* descriptor, fi_addr_t from, std::uint64_t address,
            std::uint64_t key, fi_context2& context) {
    return ::fi_read(endpoint_.get(), into.data(), into.size(), descriptor, from, address, key,
                     &context);
  }

 private:
  std::string domain_name_;
  Owned<fid_av> addresses_;
  Owned<fid_ep> endpoint_;
};

}  // namespace plumbline::fabric
