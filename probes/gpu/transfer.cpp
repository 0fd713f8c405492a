#include "probes/gpu/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "probes/gpu/places.h"
#include "probes/harness/skip.h"
#include "probes/vendor/spin_pause.h"
#include "probes/vendor/vendor_error.h"

namespace plumbline {
namespace {

constexpr double sample_seconds = 0.02;
/// Of the operations that may be queued behind a gate these are left for events and waits.
constexpr unsigned queued_copies = Gate::most_queued * 3 / 4;
constexpr unsigned most_rounds = 16;

/// Follows from where the data come from, so that those of another source are recognised.
unsigned long long seed_of(const Transfer& transfer) { return place_seed(transfer.origin); }
/// What lies at a destination before something arrives.
unsigned long long poison_of(const Transfer& transfer) {
  return place_seed("before " + transfer.subject);
}

}  // namespace

/// One transfer in its own stream.
class TransferGroup::Lane {
 public:
  explicit Lane(Transfer transfer)
      : transfer_(std::move(transfer)),
        stream(transfer_.mover->context),
        start(transfer_.mover->context),
        stop(transfer_.mover->context),
        kernel_(transfer_.mover->code.kernel("copy_places")),
        arrived_(transfer_.destination, transfer_.to, transfer_.bytes, transfer_.subject) {
    fill_places(*transfer_.source, transfer_.from, transfer_.bytes, seed_of(transfer_));
    poison();
    queue();
    stream.synchronize();
    verify();
    poison();
  }

  void queue() const {
    if (transfer_.by == Mover::engine) {
      transfer_.mover->context.call().copy(transfer_.to, transfer_.from, transfer_.bytes,
                                           stream.handle());
    } else {
      kernel_.launch(stream, transfer_.mover->grid(), transfer_.to, transfer_.from, elements());
    }
  }

  void verify() {
    transfer_.checks->look(transfer_.whose,
                           [this] { arrived_.check(seed_of(transfer_), poison_of(transfer_)); });
  }

  double seconds() const { return stop.seconds_since(start); }
  const Transfer& transfer() const { return transfer_; }

 private:
  const Transfer transfer_;

 public:
  const cuda::Stream stream;
  const cuda::Event start, stop;

 private:
  std::size_t elements() const { return transfer_.bytes / element_bytes; }

  void poison() const {
    fill_places(*transfer_.destination, transfer_.to, transfer_.bytes, poison_of(transfer_));
  }

  cuda::Kernel kernel_;
  PlaceCheck arrived_;
};

std::shared_ptr<const cuda::DeviceMemory> allocate_on(const Workbench& bench, std::size_t bytes) {
  try {
    return std::make_shared<const cuda::DeviceMemory>(bench.context, bytes);
  } catch (const VendorError& error) {
    throw std::runtime_error(
        fmt::format("{}: {} MiB of its memory: {}", bench.gpu.subject, bytes >> 20, error.what()));
  }
}

TransferGroup::TransferGroup(const std::vector<MakeTransfer>& transfers)
    : failures_(transfers.size()) {
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    try {
      lanes_.push_back(std::make_unique<Lane>(transfers[i]()));
    } catch (const Skip&) {
      throw;
    } catch (const std::exception& error) {
      lanes_.push_back(nullptr);
      failures_[i] = error.what();
    }
  }
  if (std::all_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return !lane; })) return;
  const Workbench& bench = *first().transfer().mover;
  gate_ = std::make_unique<Gate>(bench);
  end_ = std::make_unique<cuda::Event>(bench.context);
  choose_rounds();
}

TransferGroup::~TransferGroup() = default;

TransferGroup::Lane& TransferGroup::first() {
  return **std::find_if(lanes_.begin(), lanes_.end(),
                        [](const auto& lane) { return lane != nullptr; });
}

void TransferGroup::choose_rounds() {
  double once = 0;
  unsigned lanes = 0;
  for (const auto& lane : lanes_) {
    if (!lane) continue;
    ++lanes;
    lane->start.record(lane->stream);
    lane->queue();
    lane->stop.record(lane->stream);
    lane->stream.synchronize();
    once = std::max(once, lane->seconds());
  }
  const unsigned most = std::clamp(queued_copies / lanes, 1U, most_rounds);
  rounds_ = static_cast<unsigned>(std::clamp(std::ceil(sample_seconds / once), 1.0, most * 1.0));
}

TransferGroup::Times TransferGroup::once(const std::function<void()>& meanwhile) {
  Lane& leader = first();
  gate_->close(leader.stream);
  leader.start.record(leader.stream);
  for (const auto& lane : lanes_) {
    if (!lane || lane.get() == &leader) continue;
    lane->stream.wait(leader.start);
    lane->start.record(lane->stream);
  }
  for (unsigned round = 0; round < rounds_; ++round) {
    for (const auto& lane : lanes_) {
      if (lane) lane->queue();
    }
  }
  for (const auto& lane : lanes_) {
    if (!lane) continue;
    lane->stop.record(lane->stream);
    if (lane.get() != &leader) leader.stream.wait(lane->stop);
  }
  end_->record(leader.stream);
  gate_->open();
  if (meanwhile) meanwhile();
  wait(*end_);
  gate_->check();
  Times times;
  times.all = end_->seconds_since(leader.start) / rounds_;
  for (const auto& lane : lanes_) times.each.push_back(lane ? lane->seconds() / rounds_ : 0);
  return times;
}

void TransferGroup::wait(const cuda::Event& end) {
  using std::chrono::steady_clock;
  const auto begin = steady_clock::now();
  const std::chrono::duration<double> limit(first().transfer().mover->driver->wait_limit_s());
  constexpr int looks_between = 4096;  // some milliseconds
  int looks = 0;
  for (SpinPause pause; !end.done(); pause()) {
    if (++looks % looks_between != 0) continue;
    look_for_failure();
    if (steady_clock::now() - begin <= limit) continue;
    // Those that did not end hang; who leads waits for them, and its stream is lost with them.
    std::string names;
    std::map<std::string, const Workbench*> hung;
    for (const auto& lane : lanes_) {
      if (!lane || lane->stop.done()) continue;
      names += (names.empty() ? "" : ", ") + lane->transfer().subject;
      hung[lane->transfer().mover->gpu.subject] = lane->transfer().mover.get();
    }
    std::string who;
    for (const auto& [subject, bench] : hung) who += (who.empty() ? "" : ", ") + subject;
    const std::string what =
        fmt::format("{} did not end within {:g} s: {} hangs", names, limit.count(), who);
    const Workbench* leader = first().transfer().mover.get();
    hung[leader->gpu.subject] = leader;
    for (const auto& [subject, bench] : hung) {
      bench->context.give_up(what + "; " + subject + " is lost to this process");
    }
    throw cuda::Hung(what);
  }
}

void TransferGroup::look_for_failure() {
  for (const auto& lane : lanes_) {
    if (!lane) continue;
    const Workbench& mover = *lane->transfer().mover;
    try {
      lane->stop.done();
    } catch (const VendorError& error) {
      // The leader may wait for ever for an event of a context that is no more.
      const std::string what = fmt::format("{}: {} failed: {}", mover.gpu.subject,
                                           lane->transfer().subject, error.what());
      const Workbench& leader = *first().transfer().mover;
      mover.context.give_up(what);
      if (&leader != &mover) leader.context.give_up(what);
      throw std::runtime_error(what);
    }
  }
}

void TransferGroup::require(std::size_t transfer) const {
  if (!failures_[transfer].empty()) throw std::runtime_error(failures_[transfer]);
}

void TransferGroup::verify(std::size_t transfer) {
  require(transfer);
  lanes_[transfer]->verify();
}

}  // namespace plumbline
