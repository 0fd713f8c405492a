#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/gpu/gpus.h"
#include "probes/gpu/workbench.h"
#include "probes/vendor/nccl_log.h"
#include "probes/vendor/nccl_owners.h"

namespace plumbline {

/// Options of every probe that uses NCCL.
inline constexpr ProbeOption libnccl_option{
    "libnccl", "Open this file as NCCL's library instead of libnccl.so.2", ""};
inline constexpr ProbeOption nvls_option{
    "nvls",
    "Let NVSwitch reduce and copy (NVLS): on (as NCCL likes) or off; a process has one setting",
    "on"};
inline constexpr ProbeOption patience_option{
    "patience", "Seconds after which ranks that do not come to an end are given up", "30"};

/// How long work of a single GPU may take beside ranks: longer than those are waited for, so that
/// they are given up first. For find_gpus.
double wait_limit_beside(const Plan& plan);

/// NCCL as a probe plans with it.
struct NcclMachine {
  std::shared_ptr<const nccl::Log> log;
  std::shared_ptr<const nccl::Library> library;  ///< null: cannot be used
  std::string reason;                            ///< why not
  bool nvls = true;                              ///< not turned off
  double patience_s = 0;
};

/// Takes NCCL's variables out of the environment, opens it and tells the plan what was found. Call
/// it after find_gpus: NCCL's library needs the driver's. Throws std::invalid_argument for an
/// option that makes no sense; what is wrong with the library becomes `reason`.
NcclMachine find_nccl(Plan& plan, const CudaMachine& machine);

/// Why there are no ranks that could stand for this node.
struct NoRanks {
  std::string reason;
  bool is_failure = false;  ///< false: this machine is just not made for it
};
/// Nothing if there are. Fewer GPUs than the node has are a failure, never a smaller test; one is
/// enough where other nodes have ranks too.
std::optional<NoRanks> why_no_ranks(const CudaMachine& machine, const NcclMachine& nccl,
                                    bool with_other_nodes = false);

/// Which ranks there are, and which of them this process has: one for each of its GPUs, in their
/// order.
struct World {
  int size = 0;
  int first = 0;  ///< rank of this process's first GPU
  /// The id that all agree on: called once for each communicator, in the same order by all.
  std::function<nccl::UniqueId(const nccl::Library&)> id;
  /// Where other processes have ranks too: called about every millisecond while those are waited
  /// for. Throws Interrupted when there is no use in waiting any longer.
  std::function<void()> watch = {};
};

/// All ranks in this process.
World one_process(std::size_t gpus);

/// Thrown by the watch of a World: the waiting ends, and the communicator is aborted.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Some ranks did not come to an end in time: says which.
class RanksStuck : public std::runtime_error {
 public:
  RanksStuck(const std::string& message, bool whatever_is_done)
      : std::runtime_error(message), whatever_is_done_(whatever_is_done) {}
  /// A GPU does not exchange anything with any other: there is no use in trying something else.
  bool whatever_is_done() const { return whatever_is_done_; }

 private:
  bool whatever_is_done_;
};

/// The GPUs of this process as ranks of one communicator, each with its workbench. What does not
/// end within the patience, or fails, aborts the communicator; of what did not end is found out
/// which rank is to blame, where all ranks are in this process.
class Ranks {
 public:
  /// Throws VendorError, Skip, or RanksStuck.
  Ranks(const CudaMachine& machine, const NcclMachine& nccl, World world,
        std::span<const std::byte> device_code);

  int size() const { return world_.size; }
  std::size_t local() const { return benches_.size(); }
  int rank(std::size_t local) const { return world_.first + static_cast<int>(local); }
  const Workbench& bench(std::size_t local) const { return *benches_[local]; }
  const nccl::Communicators& communicators() const { return *communicators_; }
  const nccl::Library& library() const { return *nccl_.library; }
  /// Of them, how many NCCL says can let NVSwitch reduce and copy; -1 if it said nothing.
  int multicast_ranks() const { return multicast_ranks_; }
  /// By what NCCL says that it goes to other nodes (nccl::network); empty: it says nothing.
  const std::string& network() const { return network_; }
  bool usable() const { return !communicators_->aborted(); }

  /// Aborts them: nothing can be done with them after.
  void abandon() const;
  /// Which of this process's GPUs is to blame for what did not end, after it was aborted.
  struct Diagnosis {
    std::string text;
    bool names_someone = false;
    bool ended = true;  ///< false: not even by force
  };
  Diagnosis diagnose() const;

  /// Queues what `calls` calls of NCCL for all ranks. Throws as wait() does.
  void group(const std::string& what, const std::function<void()>& calls) const;
  /// Waits until all that was queued on all of its streams is done. Throws what goes wrong on any
  /// of them as soon as it is seen, with the GPU's name, and RanksStuck, naming the GPU that does
  /// not come, if it was not done in time; and what the watch throws.
  void wait(const std::string& what) const;

 private:
  [[noreturn]] void fail(const std::string& what, const std::exception& error) const;
  [[noreturn]] void give_up(const std::string& what) const;

  std::vector<std::string> hung() const;
  Diagnosis compare_pairs() const;
  bool exchanges(std::size_t a, std::size_t b) const;

  NcclMachine nccl_;
  World world_;
  std::vector<std::unique_ptr<const Workbench>> benches_;
  std::unique_ptr<nccl::Communicators> communicators_;
  int multicast_ranks_ = -1;
  std::string network_;
};

/// What ranks have been stuck in, so that it is not waited for again.
class StuckBefore {
 public:
  /// Does something that has a name; what was stuck once is not tried again, and nothing is after a
  /// GPU was found that does not exchange anything.
  template <class Work>
  auto use(const std::string& name, Work&& work) {
    for (const std::string& known : {name, anything}) {
      if (const auto found = stuck_.find(known); found != stuck_.end()) {
        throw std::runtime_error("not tried: " + found->second);
      }
    }
    try {
      return work();
    } catch (const RanksStuck& stuck) {
      stuck_[stuck.whatever_is_done() ? anything : name] = stuck.what();
      throw;
    }
  }

 private:
  inline static const std::string anything = "*";
  std::map<std::string, std::string> stuck_;
};

/// Ranks that are made when the first case asks for them and shared by all cases; made anew after
/// they were given up.
class SharedRanks : public StuckBefore {
 public:
  SharedRanks(CudaMachine machine, NcclMachine nccl, std::span<const std::byte> device_code)
      : machine_(std::move(machine)), nccl_(std::move(nccl)), device_code_(device_code) {}

  std::shared_ptr<const Ranks> get();
  const CudaMachine& machine() const { return machine_; }

 private:
  CudaMachine machine_;
  NcclMachine nccl_;
  std::span<const std::byte> device_code_;

  std::shared_ptr<const Ranks> made_;
};

}  // namespace plumbline
