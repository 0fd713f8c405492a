#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "probes/gpu/transfer.h"
#include "probes/harness/plan.h"

namespace plumbline {

/// Keeps the last group of transfers of a probe, so that its rows share it, and not more than one.
class TransferStage {
 public:
  struct Run {
    explicit Run(const std::vector<MakeTransfer>& transfers) : group(transfers) {}
    TransferGroup group;
    std::vector<TransferGroup::Times> samples;  ///< drawn so far
  };

  /// The run that `owner` put on the stage, or null.
  std::shared_ptr<Run> of(const void* owner) const { return owner == owner_ ? run_ : nullptr; }
  /// Ends what is on the stage, then puts this there.
  std::shared_ptr<Run> put(const void* owner, const std::vector<MakeTransfer>& transfers);
  /// Ends what is on the stage.
  void clear() {
    owner_ = nullptr;
    run_.reset();
  }

 private:
  const void* owner_ = nullptr;
  std::shared_ptr<Run> run_;
};

/// Transfers that are timed together once and give several rows: one of each, and one of all. The
/// first row draws the samples and the others read them too.
class JointMeasurement : public std::enable_shared_from_this<JointMeasurement> {
 public:
  JointMeasurement(std::shared_ptr<TransferStage> stage, std::vector<MakeTransfer> transfers)
      : stage_(std::move(stage)), transfers_(std::move(transfers)) {}

  /// Seconds of one round of one transfer, and of all.
  Prepared prepare_one(std::size_t transfer);
  Prepared prepare_all();

  /// For cases that share samples: no least time, for reading what is there takes none.
  static constexpr Sampling sampling{
      .precision = 0.005, .min_samples = 10, .max_samples = 60, .min_seconds = 0, .max_seconds = 3};

 private:
  std::shared_ptr<TransferStage::Run> run();

  std::shared_ptr<TransferStage> stage_;
  std::vector<MakeTransfer> transfers_;
};

}  // namespace plumbline
