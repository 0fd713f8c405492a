#include "probes/efa/ping_pong.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <vector>

#include "probes/efa/watch.h"
#include "probes/harness/sampler.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr std::size_t posted_receives = 4;
constexpr std::size_t sends_at_once = 8;
constexpr std::size_t least_warm_up_rounds = 16;

class PingPong {
 public:
  PingPong(RailEnd& end, const PingPongOrder& order, Channel& channel)
      : end_(end),
        order_(order),
        channel_(channel),
        watch_(channel, end.spins(), order.stall_s),
        writes_(order.operation == Operation::write),
        injects_(!writes_ && order.bytes <= end.inject_size()),
        out_(end.out().first(order.bytes)),
        in_(end.in().first(order.bytes)) {
    end.memory().fill(out_, order.seed);
    end.memory().wipe(in_);
    if (writes_) return;
    for (fi_context2& context : receives_) post_receive(context);
  }

  /// Times its rounds; false if it was told to stop.
  bool begin() {
    const double start = monotonic_seconds();
    double now = start;
    for (std::size_t rounds = 0; now - start < order_.warm_up_s || rounds < least_warm_up_rounds;
         ++rounds) {
      if (!round()) return false;
      now = monotonic_seconds();
    }
    samples_.reserve(order_.rounds);
    const double end = now + order_.most_s;
    while (samples_.size() < order_.rounds && now < end) {
      if (!round()) return false;
      const double then = now;
      now = monotonic_seconds();
      samples_.push_back((now - then) * 0.5e6);
    }
    answer(channel_, "measured", samples_);
    return true;
  }

  /// Sends back what comes until it is told to stop.
  void respond() {
    while (wait_for_message()) send();
  }

  /// What is asked for while nothing is under way.
  bool wait_for(const char* key) {
    while (true) {
      take();
      if (const auto told = watch_.turn(false, false)) {
        if (told->contains("stop")) return false;
        if (told->contains(key)) return true;
      }
    }
  }

  void finish() {
    const auto wrong =
        end_.memory().wrong_bytes(in_.first(order_.bytes - last_byte()), order_.seed);
    answer(channel_, "finished", {{"arrived", json::array({received_})}, {"wrong", wrong}});
  }

 private:
  /// Of a write the last byte is its number.
  std::size_t last_byte() const { return writes_ ? 1 : 0; }

  bool round() {
    send();
    return wait_for_message();
  }

  void post_receive(fi_context2& context) {
    long result = 0;
    while ((result = end_.endpoint().receive(in_, end_.descriptor(), context)) == -FI_EAGAIN) {
      take();
    }
    fabric::check(result, "fi_recv", end_.offer().domain);
  }

  void send() {
    ++sent_;
    if (writes_) out_.back() = static_cast<std::byte>(number_of(sent_));
    while (true) {
      const long result = post();
      if (result == 0) break;
      if (result != -FI_EAGAIN) {
        fabric::check(result, operation_names[order_.operation], end_.offer().domain);
      }
      take();
      told_to_stop_ = told_to_stop_ || stop_was_told(false);
    }
    if (!injects_) ++under_way_;
    // A message that is not injected must have left before its buffer or context is used again.
    while (under_way_ > (writes_ ? 0 : sends_at_once - 1)) {
      take();
      told_to_stop_ = told_to_stop_ || stop_was_told(false);
    }
  }

  long post() {
    fabric::Endpoint& endpoint = end_.endpoint();
    fi_context2& context = sends_[sent_ % sends_at_once];
    if (injects_) return endpoint.inject(out_, order_.to.address);
    if (!writes_) return endpoint.send(out_, end_.descriptor(), order_.to.address, context);
    return endpoint.write(out_, end_.descriptor(), order_.to.address, order_.to.memory.base,
                          order_.to.memory.key, context);
  }

  /// False: told to stop.
  bool wait_for_message() {
    // Of the end that answers the first may have come before it was told to go.
    const std::uint64_t expected = order_.begins ? sent_ : sent_ + 1;
    // Here rather than when a message has come: then an answer is due.
    while (unposted_count_ > 0) post_receive(*unposted_[--unposted_count_]);
    while (received_ < expected) {
      const bool moved = take();
      if (stop_was_told(moved) || told_to_stop_) return false;
    }
    return true;
  }

  bool stop_was_told(bool moved) {
    // The end that answers cannot know when the other one begins.
    const bool waiting = order_.begins || received_ > 0;
    const auto told = watch_.turn(moved, waiting);
    return told && told->contains("stop");
  }

  static unsigned number_of(std::uint64_t round) { return 1 + static_cast<unsigned>(round % 255); }

  /// Takes what has ended or come; whether anything has.
  bool take() {
    std::array<fabric::Completion, 4> entries;
    const long count = end_.queue().read(entries);
    if (count < 0) end_.throw_completion_error(count);
    for (long i = 0; i < count; ++i) {
      auto* const context =
          static_cast<fi_context2*>(entries[static_cast<std::size_t>(i)].op_context);
      if (context >= receives_.data() && context < receives_.data() + receives_.size()) {
        ++received_;
        unposted_[unposted_count_++] = context;
      } else {
        --under_way_;
      }
    }
    return count > 0 || (writes_ && write_has_come());
  }

  bool write_has_come() {
    const std::atomic_ref<std::byte> last(in_.back());
    if (last.load(std::memory_order_acquire) != static_cast<std::byte>(number_of(received_ + 1))) {
      return false;
    }
    ++received_;
    return true;
  }

  RailEnd& end_;
  const PingPongOrder& order_;
  Channel& channel_;
  Watch watch_;
  bool writes_, injects_;
  std::span<std::byte> out_, in_;
  std::array<fi_context2, posted_receives> receives_{};
  std::array<fi_context2*, posted_receives> unposted_{};
  std::size_t unposted_count_ = 0;
  std::array<fi_context2, sends_at_once> sends_{};
  std::uint64_t sent_ = 0, received_ = 0;
  std::uint64_t under_way_ = 0;
  bool told_to_stop_ = false;
  std::vector<double> samples_;
};

}  // namespace

void run_ping_pong(RailEnd& end, const PingPongOrder& order, Channel& channel) {
  if (order.operation == Operation::write && !end.is_of_host()) {
    throw std::runtime_error("a write's arrival does not show in the memory of a GPU");
  }
  PingPong game(end, order, channel);
  answer(channel, "ready", true);
  if (!game.wait_for("go")) return;
  if (order.begins) {
    if (game.begin()) game.wait_for("stop");
  } else {
    game.respond();
  }
  game.finish();
}

}  // namespace plumbline::efa
