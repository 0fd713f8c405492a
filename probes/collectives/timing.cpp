#include "probes/collectives/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plumbline::collectives {
namespace {

constexpr std::size_t warm_up_rounds = 5;
constexpr double sample_seconds = 0.02;
constexpr std::size_t timed_rounds = 200;

/// An exchange that all hosts of a group have made ready; given back with this.
class Ready {
 public:
  Ready(Group& group, const Task& task) : group_(group) {
    group_.come();
    Order order;
    order.kind = Order::Kind::prepare;
    order.task = task;
    const std::vector<Outcome> outcomes = group_.perform(order);
    sets_ = outcomes.front().sets;
    rounds_at_most_ = outcomes.front().rounds_at_most;
    for (const Outcome& outcome : outcomes) {
      sets_ = std::min(sets_, outcome.sets);
      rounds_at_most_ = std::min(rounds_at_most_, outcome.rounds_at_most);
    }
    // No more at once than a sample may have, so that each has what it may begin with.
    const std::size_t at_once = std::min(warm_up_rounds, rounds_at_most_);
    for (std::size_t done = 0; done < warm_up_rounds; done += at_once) run(at_once);
  }
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  ~Ready() { group_.give_back(); }

  std::size_t sets() const { return sets_; }
  std::size_t rounds_at_most() const { return rounds_at_most_; }

  double run(std::size_t rounds) { return slowest(Order::Kind::run, rounds).front(); }
  std::vector<double> times(std::size_t rounds) { return slowest(Order::Kind::times, rounds); }

  void verify() {
    Order order;
    order.kind = Order::Kind::verify;
    const std::vector<Outcome> outcomes = group_.perform(order);
    std::vector<FailedHost> wrong;
    for (int rank = 0; rank < static_cast<int>(outcomes.size()); ++rank) {
      const std::string host = group_.host(rank);
      for (const Looked& looked : outcomes[static_cast<std::size_t>(rank)].looked) {
        try {
          group_.checks().look(whose(host, looked.gpu), [&] {
            if (looked.wrong != 0) throw WrongData(looked.text, looked.wrong);
          });
        } catch (const WrongData& data) {
          wrong.push_back({host, {Failure::Kind::failed, data.what()}});
        }
      }
    }
    if (!wrong.empty()) throw std::runtime_error(sentence_about(wrong));
  }

 private:
  std::vector<double> slowest(Order::Kind kind, std::size_t rounds) {
    Order order;
    order.kind = kind;
    order.rounds = rounds;
    const std::vector<Outcome> outcomes = group_.perform(order);
    std::vector<double> seconds = outcomes.front().seconds;
    for (const Outcome& outcome : outcomes) {
      if (outcome.seconds.size() != seconds.size()) {
        throw std::runtime_error(fmt::format("a host tells {} times, expected {}",
                                             outcome.seconds.size(), seconds.size()));
      }
      for (std::size_t i = 0; i < seconds.size(); ++i) {
        seconds[i] = std::max(seconds[i], outcome.seconds[i]);
      }
    }
    return seconds;
  }

  Group& group_;
  std::size_t sets_ = 0, rounds_at_most_ = 0;
};

}  // namespace

Prepared prepare_rate(const std::shared_ptr<Group>& group, const Task& task) {
  return group->use(name_of(task.operation), [&] {
    const auto ready = std::make_shared<Ready>(*group, task);
    const double once = ready->run(1);
    const auto rounds =
        std::min(ready->rounds_at_most(),
                 static_cast<std::size_t>(std::clamp(std::ceil(sample_seconds / once), 1.0, 1e6)));
    Prepared prepared;
    prepared.once = [group, ready, rounds, operation = task.operation] {
      return group->use(name_of(operation), [&] { return ready->run(rounds); });
    };
    prepared.verify = [ready] { ready->verify(); };
    prepared.note =
        fmt::format("{} rounds per sample, {}, timed by the host{}", rounds,
                    ready->sets() == 1 ? "one set of buffers"
                                       : fmt::format("{} sets of buffers in turn", ready->sets()),
                    group->alone() ? "" : "s, the slowest counts");
    return prepared;
  });
}

void look_at_results(Group& group) {
  constexpr Task task{Operation::all_reduce, 8, false, false};
  group.use(name_of(task.operation), [&] {
    Ready ready(group, task);
    ready.run(1);
    ready.verify();
  });
}

std::vector<double> round_times(Group& group, const Task& task) {
  return group.use(name_of(task.operation), [&] {
    Ready ready(group, task);
    std::vector<double> seconds = ready.times(timed_rounds);
    ready.verify();
    std::sort(seconds.begin(), seconds.end());
    return seconds;
  });
}

}  // namespace plumbline::collectives
