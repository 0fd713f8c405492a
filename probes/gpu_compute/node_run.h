#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/gpu/gpu_watch.h"
#include "probes/gpu/monitor.h"
#include "probes/gpu_compute/bench.h"

namespace plumbline::gpu_compute {

/// How long things go on.
struct Times {
  double idle_s = 2;  ///< rest before a burst
  double burst_s = 0.02;
  std::size_t bursts = 8;
  double sustain_s = 60;
};

/// What came of one GPU with one type.
struct GpuResult {
  std::string subject;
  std::exception_ptr error;      ///< what ended its part in the run
  std::vector<double> bursts;    ///< TFLOPS, each after a rest, one GPU after the other
  std::vector<double> windows;   ///< TFLOPS of at most a fifth of a second each, all GPUs at once
  std::vector<double> window_s;  ///< how long each of them took
  std::optional<Conditions> conditions;             ///< in the second half of what is sustained
  std::vector<GpuWatch::Look> looks;                ///< at all of it; in seconds since it began
  std::vector<double> zeros;                        ///< as bursts, with matrices of zeros
  std::array<std::uint64_t, Bench::sets> hashes{};  ///< of the first result of each set
  std::size_t hashed = 0;                           ///< how often results were hashed again
  std::size_t changed = 0;                          ///< and how often they differed
  std::optional<SpotCheck> spot_check;
};

/// A GPU whose workbench is made when it is first needed.
struct GpuSeat {
  std::string subject;
  std::string pci_address;
  std::shared_ptr<SharedWorkbench> workbench;
};

/// Products of one type on all GPUs of a node, with the same matrices and the same algorithm. What
/// fails on one GPU ends its part and no other's.
class NodeRun {
 public:
  /// Chooses the algorithm: of eight that the library recommends the one that is fastest on the
  /// first GPU that works, and that gives the same result twice. Throws Skip where the type cannot
  /// be multiplied.
  NodeRun(std::vector<GpuSeat> seats, const cublaslt::Library& library, const Precision& precision,
          std::size_t edge, const Times& times, Monitor monitor);

  // Each is done once.
  void burst();
  void sustain();
  void zeros();
  void spot_check();

  const std::vector<GpuResult>& results() const { return results_; }
  /// "algorithm 66 ..., the fastest of 8; cuBLASLt 13.1.0"
  const std::string& algorithm() const { return algorithm_; }
  /// False: no algorithm gives the same result twice, so that hashes tell nothing.
  bool reproducible() const { return reproducible_; }

 private:
  void each(const std::function<void(std::size_t gpu)>& work);
  void choose_algorithm(const cublaslt::Library& library);
  void run_bursts(std::vector<double> GpuResult::*into);
  void look_again(std::size_t gpu);
  void compare(std::size_t gpu, const std::vector<std::size_t>& sets);

  Times times_;
  Monitor monitor_;
  std::vector<std::string> pci_addresses_;
  std::vector<std::unique_ptr<Bench>> benches_;  ///< null where there is an error
  std::vector<GpuResult> results_;
  std::string algorithm_;
  bool reproducible_ = true;
  double seconds_of_one_ = 0;
  bool burst_done_ = false, sustain_done_ = false, zeros_done_ = false, spot_done_ = false;
};

/// The results of a set that most GPUs agree on; nothing if there is no majority.
std::optional<std::uint64_t> majority(const std::vector<std::uint64_t>& hashes);

}  // namespace plumbline::gpu_compute
