#include "probes/efa/run_stream.h"

#include <fmt/format.h>

#include <optional>

#include "probes/efa/device_counters.h"
#include "probes/efa/rail.h"
#include "probes/efa/stream.h"
#include "probes/efa/watch.h"
#include "probes/harness/sampler.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;

/// Whether an EFA device carried what it should: its own counters, before and after.
class PathProof {
 public:
  PathProof(const fabric::Offer& offer, const StreamOrder& order) : order_(order) {
    if (offer.provider != "efa" || order.to.empty()) return;
    device_ = device_of(offer.domain);
    before_ = read_device(system_files, device_);
  }

  /// Null: nothing speaks against it.
  json fault(const Stream& stream) const {
    if (!before_) return nullptr;
    const auto bytes = static_cast<double>(stream.completed() * order_.bytes);
    const auto found =
        path_fault(*before_, read_device(system_files, device_), order_.operation, bytes);
    return found ? json(device_ + ": " + *found) : json(nullptr);
  }

 private:
  static constexpr const char* system_files = "/sys";

  const StreamOrder& order_;
  std::string device_;
  std::optional<DeviceState> before_;
};

/// What has been asked of a stream, and what has been answered.
class Conversation {
 public:
  Conversation(Stream& stream, const StreamOrder& order, const PathProof& path, Channel& channel)
      : stream_(stream), order_(order), path_(path), channel_(channel) {}

  void obey(const json& order);
  void answer_what_is_due();
  bool is_over() const { return over_; }
  /// Something should move: if nothing does, that is a fault.
  bool is_waiting() const {
    if (finishing_) return true;
    return going_ && (stream_.counts() || (stream_.posts() && !stopped_));
  }
  std::string progress() const;

 private:
  void say_flowing();

  Stream& stream_;
  const StreamOrder& order_;
  const PathProof& path_;
  Channel& channel_;
  bool going_ = false, flowing_ = false, counted_ = false, stopping_ = false, stopped_ = false;
  bool finishing_ = false, over_ = false;
  double first_arrival_ = 0;
  std::uint64_t expected_ = 0;  ///< messages that were sent here
};

void Conversation::obey(const json& order) {
  if (order.contains("go")) {
    going_ = true;
    if (stream_.posts()) stream_.go();
  } else if (order.contains("count")) {
    stream_.count(order.at("count").get<CountOrder>());
  } else if (order.contains("stop")) {
    stopping_ = true;
    stream_.stop();
  } else if (order.contains("finish")) {
    finishing_ = true;
    expected_ = order.at("finish").get<std::uint64_t>();
  } else {
    throw std::runtime_error("an order that belongs to no stream: " + order.dump());
  }
}

void Conversation::say_flowing() {
  if (stream_.arrived() == 0) return;
  const double now = monotonic_seconds();
  if (first_arrival_ == 0) first_arrival_ = now;
  if (now - first_arrival_ < order_.warm_up_s || !stream_.is_flowing()) return;
  flowing_ = true;
  answer(channel_, "flowing", now - first_arrival_);
}

void Conversation::answer_what_is_due() {
  if (going_ && !flowing_ && stream_.counts()) say_flowing();
  if (!counted_ && stream_.intervals() && stream_.intervals()->done()) {
    counted_ = true;
    answer(channel_, "counted", stream_.intervals()->counted());
  }
  if (stopping_ && !stopped_ && stream_.is_drained()) {
    stopped_ = true;
    answer(channel_, "stopped", stream_.completed());
  }
  if (finishing_ && stream_.arrived() >= expected_) {
    over_ = true;
    answer(channel_, "finished",
           {{"arrived", stream_.arrived_of()},
            {"wrong", stream_.wrong_bytes()},
            {"path", path_.fault(stream_)}});
  }
}

std::string Conversation::progress() const {
  std::string text;
  if (stream_.posts()) {
    text += fmt::format(", {} messages under way, {} completed", stream_.under_way(),
                        stream_.completed());
  }
  if (stream_.counts()) text += fmt::format(", {} arrived", stream_.arrived());
  if (finishing_) text += fmt::format(" of {}", expected_);
  return text;
}

}  // namespace

void run_stream(RailEnd& end, const StreamOrder& order, Channel& channel) {
  Stream stream(end, order);
  stream.prepare();
  const PathProof path(end.offer(), order);
  Conversation conversation(stream, order, path, channel);
  Watch watch(channel, end.spins(), order.stall_s);
  answer(channel, "ready", true);
  try {
    while (!conversation.is_over()) {
      const bool moved = stream.turn();
      if (const auto told = watch.turn(moved, conversation.is_waiting())) conversation.obey(*told);
      conversation.answer_what_is_due();
    }
  } catch (const Stalled& stalled) {
    throw Stalled(stalled.what() + conversation.progress());
  }
}

}  // namespace plumbline::efa
