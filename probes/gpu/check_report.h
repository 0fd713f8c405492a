#pragma once

#include <cstddef>
#include <span>

#include "probes/gpu/workbench.h"

namespace plumbline {

/// What a kernel that checks memory tells the host: how many words of it are wrong, and which is
/// the first. It is believed only if it has arrived: on a GPU whose data do not reach the host,
/// "none is wrong" must not be what lay there before. All is queued in the stream of the bench,
/// which must outlive it.
class CheckReport {
 public:
  struct Found {
    unsigned long long wrong = 0;
    unsigned long long first = 0;  ///< its place, if any is wrong
  };

  explicit CheckReport(const Workbench& bench);

  /// Queues that nothing is wrong so far. What comes back is for the kernel: a count, which it adds
  /// to, and a place, which it lowers; unsigned long long both.
  cuda::DeviceAddress clear() const;
  /// Waits for the kernel. Throws WrongData, the GPU's, if what it found has not arrived.
  Found take() const;
  /// So many bytes of the memory that was checked, at most 16, until the next call of anything.
  template <class T>
  std::span<const T> look_at(cuda::DeviceAddress memory, std::size_t bytes = most_bytes) const {
    fetch(memory, bytes);
    return host_.as<T>().subspan(most_bytes / sizeof(T), bytes / sizeof(T));
  }

 private:
  static constexpr std::size_t most_bytes = 16;

  void fetch(cuda::DeviceAddress memory, std::size_t bytes) const;

  const Workbench& bench_;
  cuda::DeviceMemory report_;
  cuda::PinnedMemory host_;  ///< what is sent to the GPU, then what comes back
};

}  // namespace plumbline
