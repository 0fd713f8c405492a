#include "probes/efa/watch.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "probes/harness/sampler.h"

namespace plumbline::efa {
namespace {

constexpr double between_questions_s = 0.0005;
constexpr double longest_step_s = 0.1;
constexpr double answer_limit_s = 10;

}  // namespace

Watch::Watch(Channel& channel, bool spins, double stall_s)
    : channel_(channel), spins_(spins), stall_s_(stall_s), looked_at_(monotonic_seconds()) {}

void Watch::give_way() { ::sched_yield(); }

std::optional<nlohmann::json> Watch::look(bool waiting) {
  const double now = monotonic_seconds();
  const double step = std::min(now - looked_at_, longest_step_s);
  looked_at_ = now;
  still_for_s_ = moved_ || !waiting ? 0 : still_for_s_ + step;
  moved_ = false;
  if (now - asked_at_ >= between_questions_s) {
    asked_at_ = now;
    auto order = channel_.receive(Deadline::min());
    if (order && !answer_ping(channel_, *order)) return order;
  }
  if (still_for_s_ >= stall_s_) throw Stalled(fmt::format("nothing moved for {:.1f} s", stall_s_));
  return std::nullopt;
}

bool answer_ping(Channel& channel, const nlohmann::json& order) {
  if (!order.contains("ping")) return false;
  answer(channel, "pong", order.at("ping"));
  return true;
}

void answer(Channel& channel, const char* key, nlohmann::json value) {
  channel.send({{key, std::move(value)}}, deadline_in(answer_limit_s));
}

}  // namespace plumbline::efa
