#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "probes/vendor/cuda_owners.h"
#include "probes/vendor/nccl.h"

/// One owning type per resource of NCCL.
namespace plumbline::nccl {

/// The ranks did not come together, or not to an end, in time.
class TimedOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs what it is given between ncclGroupStart and ncclGroupEnd: the only way for one thread to
/// call for several ranks. Returns what the end says: in_progress is no failure.
Result grouped(const Library& library, const std::function<void()>& calls);

/// A rank of this process: its number in the communicator, and the GPU that it works on.
struct LocalRank {
  int rank = 0;
  const cuda::Context* context = nullptr;
};

/// The ranks that this process has in one communicator. They are non-blocking, because only such a
/// communicator can be aborted safely, and only while no thread is in a call of its (NCCL's user
/// guide, "Fault Tolerance"): so a rank that does not come can be given up. The price is a thread
/// of NCCL's for each group of calls, some ten microseconds that blocking ones do not pay. One
/// thread uses them.
class Communicators {
 public:
  /// Throws VendorError, or TimedOut if not all `size` ranks have come within `deadline_s`. `watch`
  /// is called every now and then while others are waited for; what it throws ends the waiting.
  Communicators(const Library& library, const UniqueId& id, int size,
                std::span<const LocalRank> ranks, double deadline_s,
                std::function<void()> watch = {});
  Communicators(const Communicators&) = delete;
  Communicators& operator=(const Communicators&) = delete;
  /// Finalises and destroys them, or aborts them if that does not end in time.
  ~Communicators();

  const Library& library() const { return library_; }
  int size() const { return size_; }
  std::span<const LocalRank> ranks() const { return ranks_; }
  CommHandle handle(std::size_t local) const { return handles_->at(local); }

  /// Between ncclGroupStart and ncclGroupEnd; returns when the calls are under way on all ranks.
  /// Throws VendorError, TimedOut if that takes longer than the deadline, or what the watch throws;
  /// they are aborted then.
  void group(const std::function<void()>& calls);

  /// What went wrong on the way, or success.
  Result state() const;
  /// Throws what state() says if it is a failure.
  void check() const;

  /// Ends all that is under way; nothing can be done with them after. NCCL waits for its GPUs then,
  /// so this is done by a thread of its own. False if that does not come back in time, as it never
  /// does from a GPU that hangs: then the thread is left to itself until the process ends, and the
  /// contexts of all ranks should be given up before anything of theirs is given back.
  bool abort() noexcept;
  /// Gives the contexts up if an abort did not come back; the destructor does so at the latest.
  void give_contexts_up() const noexcept;
  bool aborted() const { return handles_ == nullptr; }

 private:
  /// Polls until no rank is in progress; throws VendorError, TimedOut or what the watch throws.
  void settle(double deadline_s) const;

  const Library& library_;
  int size_;
  double deadline_s_;
  std::function<void()> watch_;
  std::vector<LocalRank> ranks_;
  /// Where they are is where they stay, because NCCL may write here later; null: aborted.
  std::shared_ptr<std::vector<CommHandle>> handles_;
  bool given_up_ = false;  ///< an abort that did not come back
};

/// Memory that ncclMemAlloc gave.
class Memory {
 public:
  Memory(const Library& library, const cuda::Context& context, std::size_t bytes);
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  ~Memory();

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  const Library* library_;
  const cuda::Context* context_;
  void* data_ = nullptr;
  std::size_t bytes_;
};

/// A buffer that a communicator knows: taken back before either ends.
class Registration {
 public:
  Registration(const Communicators& communicators, std::size_t local, const Memory& memory);
  Registration(Registration&& other) noexcept;
  Registration& operator=(Registration&&) = delete;
  ~Registration();

 private:
  const Communicators* communicators_;
  std::size_t local_;
  void* handle_ = nullptr;
};

}  // namespace plumbline::nccl
