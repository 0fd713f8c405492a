#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "probes/collectives/buffer.h"
#include "probes/collectives/operation.h"
#include "probes/gpu/check_report.h"

namespace plumbline::collectives {

/// What is done, and how.
struct Task {
  Operation operation = Operation::all_reduce;
  std::uint64_t bytes = 0;  ///< size, as nccl-tests counts it
  bool in_place = false;
  bool registered = false;  ///< buffers of ncclMemAlloc that the communicator knows
};

/// What a look at one GPU's result came to.
struct Looked {
  std::string gpu;
  std::uint64_t wrong = 0;  ///< numbers
  std::string text;         ///< which; empty: none
};

/// An operation made ready on the ranks of this process: its buffers, and what must come out. All
/// processes that have ranks do the same at the same time.
class Exchange {
 public:
  /// Skips what the GPUs' free memory or the library does not allow.
  Exchange(std::shared_ptr<const Ranks> ranks, const Task& task);

  std::size_t sets() const { return sets_.front().size(); }
  /// More could fill the GPUs' queues, and the host would wait where nobody watches; and what a
  /// round consumes must be there.
  std::size_t rounds_at_most() const;

  /// Called when all of this process is ready, before anything is timed.
  using LineUp = std::function<void()>;
  /// Some rounds, one behind the other; seconds by the host's clock for one, launches included.
  double run(std::size_t rounds, const LineUp& line_up = {});
  /// How long each of them takes by the GPUs' events: of each round the slowest rank's time.
  std::vector<double> times(std::size_t rounds, const LineUp& line_up = {});

  /// A look at the result of the last round on each GPU that received one.
  std::vector<Looked> verify() const;

 private:
  /// One rank's buffers of a round, and where in them what it sends and receives lies.
  struct Set {
    std::unique_ptr<Buffer> send, receive;  ///< in place one of them has both
    cuda::DeviceAddress from = 0, to = 0;   ///< 0: this rank does not
  };

  bool consumes() const { return task_.in_place && in_place_consumes(task_.operation); }
  std::size_t set_bytes(const Layout& layout) const;
  std::size_t set_count() const;
  Set make_set(std::size_t i) const;
  void fill_pieces(std::size_t i, cuda::DeviceAddress at, std::size_t pieces, unsigned rank) const;
  void fill_set(std::size_t i, const Set& set) const;
  void restore(std::size_t rounds);
  void queue_round(std::size_t round) const;
  void check(std::size_t i, std::size_t piece) const;

  std::shared_ptr<const Ranks> ranks_;
  Task task_;
  std::string what_;
  std::vector<Layout> layouts_;
  std::vector<std::unique_ptr<const CheckReport>> reports_;
  std::vector<cuda::Kernel> fill_, check_;
  std::vector<std::vector<Set>> sets_;  ///< by rank of this process, then set
  std::size_t last_set_ = 0;
};

}  // namespace plumbline::collectives
