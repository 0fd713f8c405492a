#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "probes/collectives/exchange.h"
#include "probes/collectives/order.h"
#include "probes/gpu/ranks.h"

namespace plumbline::collectives {

/// This host's part in what a group of hosts does, or a host by itself: its GPUs as ranks of one
/// communicator, and the exchange that is ready on them.
class Part {
 public:
  /// `watch`: see World; none for a host by itself.
  Part(CudaMachine machine, NcclMachine nccl, std::span<const std::byte> device_code)
      : machine_(std::move(machine)), nccl_(std::move(nccl)), device_code_(device_code) {}

  void watch_with(std::function<void()> watch) { watch_ = std::move(watch); }

  /// Throws whatever goes wrong: Skip, RanksStuck, Interrupted, or with the GPU's name.
  Outcome carry_out(const Order& order);

  const CudaMachine& machine() const { return machine_; }
  const NcclMachine& nccl() const { return nccl_; }
  /// There are ranks, and nothing has made an end of them.
  bool has_come() const { return ranks_ != nullptr && ranks_->usable(); }

 private:
  class StartLine;

  Outcome come(const Order& order);
  Outcome abandon(bool diagnose);
  Exchange& exchange() const;

  CudaMachine machine_;
  NcclMachine nccl_;
  std::span<const std::byte> device_code_;
  std::function<void()> watch_;
  std::shared_ptr<const Ranks> ranks_;
  std::shared_ptr<const StartLine> start_line_;  ///< null: there is nobody to wait for
  std::unique_ptr<Exchange> exchange_;
};

/// What a host answers where carry_out() throws; to be called while that is being handled.
Failure current_failure();

}  // namespace plumbline::collectives
