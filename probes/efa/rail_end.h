#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "probes/efa/end_memory.h"
#include "probes/efa/orders.h"
#include "probes/vendor/fabric_owners.h"

namespace plumbline::efa {

/// One end of a rail, opened: its endpoint and queue, and memory in two parts: what it sends lies
/// in `out`, what it is sent in `in`. What it reads from a peer's `in` comes into its `out`.
class RailEnd {
 public:
  explicit RailEnd(const OpenOrder& order);

  const fabric::Offer& offer() const { return domain_.offer(); }
  Opened opened() const;
  fabric::Endpoint& endpoint() { return endpoint_; }
  fabric::CompletionQueue& queue() { return queue_; }
  /// The largest message that may be sent without a completion.
  std::size_t inject_size() const { return order_.gpu.empty() ? offer().inject_size : 0; }
  bool spins() const { return order_.spins; }
  bool receives_hold_data() const { return order_.receives_hold_data; }

  /// Makes both parts at least so large. What lay in them may be gone.
  RemoteMemory allot(std::size_t out_bytes, std::size_t in_bytes);
  bool is_of_host() const { return order_.gpu.empty(); }
  /// What fills, wipes and checks them: they may be a GPU's.
  EndMemory& memory() const { return *memory_; }
  std::span<std::byte> out() const { return out_; }
  std::span<std::byte> in() const { return in_; }
  void* descriptor() const { return region_->descriptor(); }

  /// Lets the provider go on while this end has nothing to do itself. Throws what a completion
  /// says that failed.
  void progress();

  /// The reason why the queue refuses to be read, as an error.
  [[noreturn]] void throw_completion_error(long result);

 private:
  static fabric::Info choose(const OpenOrder& order);

  OpenOrder order_;
  std::unique_ptr<MemorySource> source_;  // before the domain: see gpu_memory()
  std::unique_ptr<EndMemory> memory_;     // before what uses it
  fabric::Domain domain_;
  fabric::CompletionQueue queue_;
  std::optional<fabric::MemoryRegion> region_;
  fabric::Endpoint endpoint_;
  std::span<std::byte> out_, in_;
  std::uint64_t next_key_ = 1;
};

/// What an order asks of libfabric.
fabric::Request request_of(const OpenOrder& order);

/// Bytes as hexadecimal digits, and back.
std::string hex_of(std::span<const std::byte> bytes);
std::vector<std::byte> bytes_of(const std::string& hex);

}  // namespace plumbline::efa
