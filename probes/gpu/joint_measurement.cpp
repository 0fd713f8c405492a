#include "probes/gpu/joint_measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace plumbline {
namespace {

using Times = TransferGroup::Times;

/// What of its time a transfer had no company at least must be less than that.
constexpr double least_overlap = 0.95;

std::string note_of(const TransferGroup& group) {
  return fmt::format("{} rounds per sample, timed by the GPU's events", group.rounds());
}

/// The sample number `at`, drawn if nobody drew it before.
const Times& sample_of(TransferStage::Run& run, std::size_t at) {
  while (run.samples.size() <= at) run.samples.push_back(run.group.once());
  return run.samples[at];
}

double shortest(const Times& times) {
  double least = times.all;
  for (const double seconds : times.each) {
    if (seconds > 0) least = std::min(least, seconds);
  }
  return least;
}

/// Flags what ran without company for a part of its time, in most of the samples.
std::vector<std::string> flags_of(const std::vector<Times>& samples,
                                  const std::function<double(const Times&)>& seconds) {
  const auto alone = std::count_if(samples.begin(), samples.end(), [&](const Times& times) {
    return shortest(times) < least_overlap * seconds(times);
  });
  if (static_cast<std::size_t>(2 * alone) <= samples.size()) return {};
  return {"partial_overlap"};
}

}  // namespace

std::shared_ptr<TransferStage::Run> TransferStage::put(const void* owner,
                                                       const std::vector<MakeTransfer>& transfers) {
  clear();
  run_ = std::make_shared<Run>(transfers);
  owner_ = owner;
  return run_;
}

std::shared_ptr<TransferStage::Run> JointMeasurement::run() {
  if (auto found = stage_->of(this)) return found;
  return stage_->put(this, transfers_);
}

Prepared JointMeasurement::prepare_one(std::size_t transfer) {
  const auto run = this->run();
  run->group.require(transfer);
  Prepared prepared;
  prepared.once = [self = shared_from_this(), run, transfer, next = std::size_t{0}]() mutable {
    return sample_of(*run, next++).each[transfer];
  };
  prepared.verify = [run, transfer] { run->group.verify(transfer); };
  if (run->group.size() > 1) {
    prepared.flags = [run, transfer] {
      return flags_of(run->samples, [&](const Times& times) { return times.each[transfer]; });
    };
  }
  prepared.note = note_of(run->group);
  return prepared;
}

Prepared JointMeasurement::prepare_all() {
  const auto run = this->run();
  const auto each = [run](const std::function<void(std::size_t)>& act) {
    for (std::size_t transfer = 0; transfer < run->group.size(); ++transfer) act(transfer);
  };
  each([&](std::size_t transfer) { run->group.require(transfer); });
  Prepared prepared;
  prepared.once = [self = shared_from_this(), run, next = std::size_t{0}]() mutable {
    return sample_of(*run, next++).all;
  };
  prepared.verify = [run, each] {
    each([&](std::size_t transfer) { run->group.verify(transfer); });
  };
  prepared.flags = [run] {
    return flags_of(run->samples, [](const Times& times) { return times.all; });
  };
  prepared.note = note_of(run->group);
  return prepared;
}

}  // namespace plumbline
