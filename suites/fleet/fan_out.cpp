#include "suites/fleet/fan_out.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unordered_map>

#include "suites/launch/child_process.h"
#include "suites/launch/open_descriptors.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

void never_wait(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

/// An order of one host, and how far it is.
struct Awaited {
  const HostOrder* order = nullptr;
  bool began = false;
  bool over = false;
  Clock::time_point heard = {};
};

/// What comes from a branch by one of its two ways out.
struct Ear {
  Descriptor pipe = Descriptor();
  std::string line = {};  ///< not yet ended

  /// Calls `take` for every line that has come.
  template <class Take>
  void hear(const Take& take) {
    std::array<char, 65536> block;
    for (;;) {
      const ssize_t count = ::read(pipe.get(), block.data(), block.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;
      std::string_view rest(block.data(), static_cast<std::size_t>(count));
      for (std::size_t end = rest.find('\n'); end != std::string_view::npos;
           end = rest.find('\n')) {
        line += rest.substr(0, end);
        take(line);
        line.clear();
        rest.remove_prefix(end + 1);
      }
      line += rest;
    }
  }
};

/// A branch that runs.
struct Running {
  std::unique_ptr<ChildProcess> child = {};
  Descriptor input = Descriptor();
  Ear output = {}, error = {};
  std::string to_write = {};    ///< what is left of the order
  std::string last_words = {};  ///< the last line that was no frame
  std::unordered_map<std::string, std::vector<Awaited>> awaited = {};  ///< by host
  std::string first_host = {};  ///< of several hosts the one that leads to the others
  Clock::time_point heard = {};
  std::size_t open = 0;  ///< orders not over
  std::optional<Clock::time_point> told_to_leave = {};
};

class FanOut {
 public:
  FanOut(const FleetOrder& order, const FleetPatience& patience, const std::filesystem::path& log,
         FleetListener& listener, Interruption& interruption)
      : order_(order),
        patience_(patience),
        log_(open_log(log)),
        listener_(listener),
        interruption_(interruption) {}

  void start(const Branch& branch, const std::vector<const HostOrder*>& orders) {
    FleetOrder part{order_.run, {}};
    auto running = std::make_unique<Running>();
    for (const HostOrder* one : orders) {
      part.orders.push_back(*one);
      running->awaited[one->host].push_back({.order = one, .heard = Clock::now()});
    }
    running->first_host = branch.hosts.front();
    running->heard = Clock::now();
    running->open = orders.size();
    auto [input_reader, input_writer] = make_pipe();
    auto [output_reader, output_writer] = make_pipe();
    auto [error_reader, error_writer] = make_pipe();
    running->child = std::make_unique<ChildProcess>(branch.command, output_writer.get(),
                                                    error_writer.get(), input_reader.get());
    running->input = std::move(input_writer);
    running->output = {std::move(output_reader)};
    running->error = {std::move(error_reader)};
    running->to_write = to_line(part);
    for (const int pipe :
         {running->input.get(), running->output.pipe.get(), running->error.pipe.get()}) {
      never_wait(pipe);
    }
    try {
      running->child->release();
    } catch (const std::system_error& error) {
      give_up(*running, branch.command.front() + " cannot be started: " + error.code().message());
      return;
    }
    running_.push_back(std::move(running));
  }

  /// False if it was interrupted.
  bool listen() {
    auto next_tick = Clock::now();
    while (!running_.empty()) {
      wait();
      if (interruption_.count() > 0) return false;
      for (auto& branch : running_) serve(*branch);
      std::erase_if(running_, [](const auto& branch) { return !branch->child; });
      if (Clock::now() >= next_tick) {
        listener_.tick();
        next_tick = Clock::now() + std::chrono::seconds(1);
      }
    }
    return true;
  }

 private:
  void wait() {
    std::vector<pollfd> events = {{interruption_.descriptor(), POLLIN, 0}};
    for (const auto& branch : running_) {
      events.push_back({branch->output.pipe.get(), POLLIN, 0});
      events.push_back({branch->error.pipe.get(), POLLIN, 0});
      events.push_back({branch->child->ended_descriptor(), POLLIN, 0});
      if (!branch->to_write.empty()) events.push_back({branch->input.get(), POLLOUT, 0});
    }
    ::poll(events.data(), events.size(), 1000);
  }

  /// Takes what has come from a branch. When that has ended, its child is gone.
  void serve(Running& branch) {
    tell(branch);
    const auto status = branch.child->status();  // before listening, so that nothing is missed
    branch.error.hear([&](const std::string& line) { keep(branch, line); });
    branch.output.hear([&](const std::string& line) { take(branch, line); });
    if (status) {
      give_up(branch, how_it_ended(branch, *status));
      branch.child.reset();
      return;
    }
    watch_silence(branch);
    if (branch.open == 0) see_off(branch);
  }

  static void tell(Running& branch) {
    while (!branch.to_write.empty()) {
      const ssize_t count =
          ::write(branch.input.get(), branch.to_write.data(), branch.to_write.size());
      if (count <= 0) {
        if (errno != EAGAIN && errno != EINTR) branch.to_write.clear();  // it ends by itself
        return;
      }
      branch.to_write.erase(0, static_cast<std::size_t>(count));
    }
  }

  /// What is no frame is the log's.
  void keep(Running& branch, const std::string& line) {
    if (!line.empty()) branch.last_words = line.substr(0, 200);
    const std::string ended = line + '\n';
    [[maybe_unused]] const ssize_t kept = ::write(log_.get(), ended.data(), ended.size());
  }

  void take(Running& branch, const std::string& line) {
    const auto frame = read_frame(line);
    if (!frame) return keep(branch, line);
    branch.heard = Clock::now();
    const auto found = branch.awaited.find(frame->host);
    if (found == branch.awaited.end()) return;
    for (Awaited& one : found->second) {
      // Orders of one host are done one after the other, so a word about one is a word of all.
      one.heard = Clock::now();
      if (one.over || one.order->task != frame->task) continue;
      one.began = true;
      if (frame->kind == Frame::Kind::said || frame->kind == Frame::Kind::gone) {
        lose(branch, one, frame->kind == Frame::Kind::gone ? Loss::host : Loss::order,
             frame->bytes);
        continue;
      }
      if (frame->kind == Frame::Kind::ended) close(branch, one);
      listener_.frame(*frame);
    }
  }

  void watch_silence(Running& branch) {
    const auto now = Clock::now();
    for (auto& [host, orders] : branch.awaited) {
      for (Awaited& one : orders) {
        const Seconds limit = one.began ? patience_.silence : patience_.to_begin;
        if (one.over || now - one.heard < limit) continue;
        // Where nobody is heard, it may be for the one that leads to the others.
        const bool alone = host == branch.first_host || now - branch.heard < limit;
        lose(branch, one, alone ? Loss::host : Loss::order,
             fmt::format(fmt::runtime(one.began ? "{} was not heard of for {}"
                                                : "{} has not answered within {}"),
                         host, format_duration(limit)));
      }
    }
  }

  static void close(Running& branch, Awaited& one) {
    one.over = true;
    --branch.open;
  }

  void lose(Running& branch, Awaited& one, Loss loss, const std::string& reason) {
    close(branch, one);
    listener_.lost(*one.order, loss, reason);
  }

  void give_up(Running& branch, const std::string& reason) {
    for (auto& [host, orders] : branch.awaited) {
      for (Awaited& one : orders) {
        if (one.over) continue;
        const bool unreached =
            host == branch.first_host && branch.awaited.size() == 1 && !one.began;
        lose(branch, one, unreached ? Loss::host : Loss::order, reason);
      }
    }
  }

  /// Nothing is wanted of a branch any more: a relay leaves when its input ends.
  void see_off(Running& branch) {
    const auto now = Clock::now();
    if (!branch.told_to_leave) {
      branch.input.reset();
      branch.to_write.clear();
      branch.told_to_leave = now;
    } else if (now - *branch.told_to_leave > patience_.to_leave) {
      branch.child->signal_group(SIGKILL);
    }
  }

  static std::string how_it_ended(const Running& branch, const ExitStatus& status) {
    std::string text = status.signal != 0
                           ? "the way to the host ended with " + signal_name(status.signal)
                           : fmt::format("the way to the host ended with exit {}", status.exit);
    if (!branch.last_words.empty()) text += "; it said last: " + branch.last_words;
    return text;
  }

  const FleetOrder& order_;
  const FleetPatience& patience_;
  Descriptor log_;
  FleetListener& listener_;
  Interruption& interruption_;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace

bool fan_out(const FleetOrder& order, const Reach& reach, const FleetPatience& patience,
             const std::filesystem::path& log, FleetListener& listener,
             Interruption& interruption) {
  std::unordered_map<std::string, std::vector<const HostOrder*>> orders;
  std::vector<HostAddress> hosts;
  for (const HostOrder& one : order.orders) {
    auto& of_host = orders[one.host];
    if (of_host.empty()) hosts.push_back({one.host, one.address});
    of_host.push_back(&one);
  }
  FanOut run(order, patience, log, listener, interruption);
  for (const Branch& branch : reach(hosts)) {
    std::vector<const HostOrder*> part;
    for (const std::string& host : branch.hosts) {
      auto of_host = orders.extract(host);
      if (of_host.empty()) throw std::logic_error("two branches, or none, lead to " + host);
      part.insert(part.end(), of_host.mapped().begin(), of_host.mapped().end());
    }
    run.start(branch, part);
  }
  if (!orders.empty()) throw std::logic_error("no branch leads to " + orders.begin()->first);
  return run.listen();
}

}  // namespace plumbline
