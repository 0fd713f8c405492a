#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "probes/gpu/gemm.h"
#include "probes/gpu/workbench.h"

namespace plumbline::gpu_compute {

/// What the matrices hold.
enum class Contents { random, zeros };

/// The elements of one product that were computed on the host too.
struct SpotCheck {
  unsigned checked = 0;
  unsigned wrong = 0;
  std::string first_wrong;  ///< where, found, expected
};

/// One GPU with everything that products of one type need: three sets of matrices, so that none is
/// in the last cache when its turn comes again, and what looks at the results.
class Bench {
 public:
  static constexpr std::size_t sets = 3;
  /// Hashes that may be queued before they are taken.
  static constexpr std::size_t most_hashes = 1024;

  Bench(std::shared_ptr<const Workbench> workbench, const cublaslt::Library& library,
        const Precision& precision, std::size_t edge);

  const std::string& subject() const { return workbench_->gpu.subject; }
  const Gemm& gemm() const { return gemm_; }
  const Workbench& workbench() const { return *workbench_; }

  /// The same in every GPU for the same seed.
  void fill(Contents contents);

  std::vector<cublaslt::Algorithm> algorithms(std::size_t most) const {
    return gemm_.algorithms(operands_[0], most);
  }
  void use(const cublaslt::Algorithm& algorithm) { algorithm_ = algorithm; }
  const cublaslt::Algorithm& algorithm() const { return algorithm_; }

  /// Queues `count` products, each on the set that follows.
  void queue(std::size_t count);

  /// Seconds of `count` products one after the other, by the GPU's events. Returns when done.
  double seconds(std::size_t count);

  /// Queues a hash of the result of the last product of a set; its value comes from take_hashes(),
  /// in order.
  void queue_hash(std::size_t set);
  /// Waits for what was queued.
  std::vector<std::uint64_t> take_hashes();

  /// 64 random elements of a set's result against sums on the host.
  SpotCheck spot_check(std::size_t set);

 private:
  std::vector<std::byte> fetch(cuda::DeviceAddress from, std::size_t bytes);
  std::vector<std::uint8_t> scales_of(cuda::DeviceAddress scales, std::size_t column);
  void fill_matrix(cuda::DeviceAddress to, cublaslt::DataType type, std::uint64_t seed);

  std::shared_ptr<const Workbench> workbench_;
  const Precision& precision_;
  std::size_t edge_;
  Gemm gemm_;
  std::deque<Operands> operands_;
  cublaslt::Algorithm algorithm_{};
  std::size_t next_set_ = 0;
  cuda::DeviceMemory sums_;  ///< 32 for each hash
  std::size_t hashes_ = 0;
  cuda::PinnedMemory host_;
};

}  // namespace plumbline::gpu_compute
