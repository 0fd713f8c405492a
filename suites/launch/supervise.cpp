#include "suites/launch/supervise.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Seconds forever{1e6};

/// Waits until the child has ended, a signal has come or the time is over.
void wait(const ChildProcess& child, const Interruption& interruption, Seconds longest) {
  std::array<pollfd, 2> events{
      {{child.ended_descriptor(), POLLIN, 0}, {interruption.descriptor(), POLLIN, 0}}};
  const double milliseconds = std::clamp(std::ceil(longest.count() * 1e3), 0.0, 1e8);
  ::poll(events.data(), events.size(), static_cast<int>(milliseconds));
}

}  // namespace

ProcessEnd supervise(ChildProcess& child, const Patience& patience, Interruption& interruption,
                     const std::function<void(Seconds)>& tick, Seconds interval) {
  const auto begin = Clock::now();
  const auto elapsed = [begin] { return Seconds(Clock::now() - begin); };
  ProcessEnd end;
  Seconds next_tick = interval.count() > 0 && tick ? interval : forever;
  Seconds kill_at = forever, give_up_at = forever;
  const auto terminate = [&](Stopped reason) {
    end.stopped = reason;
    child.signal_group(SIGTERM);
    kill_at = elapsed() + patience.grace;
  };
  const auto kill = [&] {
    end.killed = true;
    child.signal_group(SIGKILL);
    kill_at = forever;
    give_up_at = elapsed() + patience.after_kill;
  };

  while (!child.status()) {
    const Seconds now = elapsed();
    const int interruptions = interruption.count();
    if (end.stopped == Stopped::not_at_all) {
      if (interruptions > 0) {
        terminate(Stopped::by_interruption);
      } else if (now >= patience.deadline) {
        terminate(Stopped::at_deadline);
      }
    }
    if (!end.killed && (now >= kill_at || interruptions > 1)) kill();
    if (now >= give_up_at) break;
    if (now >= next_tick) {
      tick(now);
      next_tick = now + interval;
    }
    const Seconds deadline = end.stopped == Stopped::not_at_all ? patience.deadline : forever;
    wait(child, interruption, std::min({deadline, kill_at, give_up_at, next_tick}) - now);
  }

  end.status = child.status();
  end.elapsed = elapsed();
  EndedProcesses rest = end_descendants(end.status ? patience.after_kill : Seconds{0});
  end.left_behind = rest.ended;
  end.unkillable = std::move(rest.left);
  return end;
}

}  // namespace plumbline
