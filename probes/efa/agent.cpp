#include "probes/efa/agent.h"

#include <vector>

#include "probes/efa/crew.h"
#include "results/schema/exit_code.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr double answering_s = 30;

class Agent {
 public:
  Agent(Follower follower, const std::filesystem::path& program)
      : follower_(std::move(follower)), workers_(program) {}

  void say(const json& message) { follower_.send(message, deadline_in(answering_s)); }

  /// False: it was the last one.
  bool obey(const json& order) {
    if (order.contains("end")) return false;
    if (order.contains("start")) {
      start(order.at("start").get<WorkerId>());
    } else if (order.contains("to")) {
      workers_.tell(order.at("to").get<WorkerId>(), order.at("order"));
    } else if (order.contains("dismiss")) {
      const auto ids = order.at("dismiss").get<std::vector<WorkerId>>();
      workers_.dismiss(ids);
      say({{"dismissed", ids}});
    } else {
      throw std::runtime_error("an order that no follower knows: " + order.dump());
    }
    return true;
  }

  void run() {
    const Channel* const from_leader = &follower_.channel();
    while (true) {
      const auto report = workers_.hear(Deadline::max(), std::span(&from_leader, 1));
      if (report) say({{"from", report->worker}, {"message", report->message}});
      while (const auto order = follower_.receive(Deadline())) {
        if (!obey(*order)) return;
      }
    }
  }

 private:
  void start(WorkerId id) {
    try {
      workers_.start(id);
    } catch (const std::exception& error) {
      say({{"from", id}, {"message", {{"lost", error.what()}}}});
    }
  }

  Follower follower_;
  LocalWorkers workers_;
};

}  // namespace

int follow(Follower follower, const HostRails& rails, const std::filesystem::path& program) {
  Agent agent(std::move(follower), program);
  agent.say({{"rails", rails}});
  agent.run();
  return exit_ok;
}

}  // namespace plumbline::efa
