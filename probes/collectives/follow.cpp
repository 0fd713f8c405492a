#include "probes/collectives/follow.h"

#include <stdexcept>

#include "probes/collectives/group.h"
#include "results/schema/exit_code.h"

namespace plumbline::collectives {
namespace {

using nlohmann::json;

class Session {
 public:
  Session(Follower follower, Part part) : follower_(std::move(follower)), part_(std::move(part)) {
    part_.watch_with([this] { look_for_stop(); });
  }

  int run() {
    try {
      while (true) {
        const auto message = follower_.receive(Deadline::max());
        if (!message || message->contains("stop")) continue;  // too late: it was answered
        if (message->contains("end")) return exit_ok;
        step_ = message->at("step").get<int>();
        follower_.send(answer(message->at("order").get<Order>()), deadline_in(telling_s));
      }
    } catch (...) {
      Order order;
      order.kind = Order::Kind::abandon;  // nobody is there to end it with
      part_.carry_out(order);
      throw;
    }
  }

 private:
  json answer(const Order& order) {
    try {
      return {{"step", step_}, {"outcome", part_.carry_out(order)}};
    } catch (...) {
      return {{"step", step_}, {"failure", current_failure()}};
    }
  }

  void look_for_stop() {
    const auto message = follower_.receive(Deadline());
    if (!message) return;
    if (message->value("stop", 0) == step_) throw Interrupted("another host of the group failed");
    throw std::runtime_error("rank 0 says something else than to stop: " + message->dump());
  }

  Follower follower_;
  Part part_;
  int step_ = 0;
};

}  // namespace

int follow(Follower follower, Part part) {
  return Session(std::move(follower), std::move(part)).run();
}

}  // namespace plumbline::collectives
