#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "probes/host_memory/kernels.h"
#include "probes/host_memory/thread_team.h"
#include "results/schema/names.h"

namespace plumbline::host_memory {

enum class Operation { read, write, write_nt, copy, copy_nt, triad, triad_nt };
inline constexpr auto operation_names =
    names_of<Operation>("read", "write", "write_nt", "copy", "copy_nt", "triad", "triad_nt");

/// Bytes that the program itself loads and stores for one element, as STREAM counts: 8 for read and
/// write, 16 for copy, 24 for triad.
std::size_t bytes_per_element(Operation operation);

/// Three arrays of one size, one after the other and an odd number of pages apart: their elements
/// of one index never compete for one memory bank, whatever the size.
struct ArrayLayout {
  std::size_t array_bytes;  ///< a multiple of 64

  std::size_t total_bytes() const { return begin_of(3); }
  std::size_t begin_of(std::size_t array) const;
};

/// One operation on large arrays, made ready: filled with values that differ from element to
/// element, what is to be written with others than will be written.
class BandwidthWork {
 public:
  /// Works in `memory` (at least layout.total_bytes()) with `team`, each thread on its part. Both
  /// and `kernels` outlive this.
  BandwidthWork(Operation operation, const Kernels& kernels, ThreadTeam& team,
                std::span<std::byte> memory, ArrayLayout layout);

  /// Passes over the whole arrays in one sample, so that it takes at least `seconds`.
  void set_sample_time(double seconds);

  /// One sample: seconds per pass. Throws std::runtime_error if what was read is not what is there.
  double sample();

  double bytes_per_pass() const;

  /// Compares every element with what it should be after the passes so far. Throws
  /// std::runtime_error with address, found and expected bits of the first that differs.
  void verify();

 private:
  struct Slice {
    std::size_t begin = 0;
    std::size_t count = 0;
    std::uint64_t sum = 0;  ///< of what is read
  };
  struct Difference {
    const double* at = nullptr;
    double expected = 0;
  };

  double timed_passes(std::size_t passes);
  void pass(const Slice& slice, double written) const;
  void check_sum(const Slice& slice, std::uint64_t sum) const;
  double expected_target(std::size_t i) const;
  Difference first_difference(const Slice& slice) const;

  Operation operation_;
  const Kernels& kernels_;
  ThreadTeam& team_;
  std::size_t count_;  ///< elements of an array
  double* target_;     ///< the array that is read, for read
  double* left_;
  double* right_;
  std::vector<Slice> slices_;
  std::size_t passes_per_sample_ = 1;
  double written_ = 0;  ///< by the last pass of write: changes from pass to pass
};

}  // namespace plumbline::host_memory
