#include "probes/efa/rail_worker.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cstdlib>
#include <string_view>

#include "probes/efa/device_counters.h"
#include "probes/efa/offers.h"
#include "probes/efa/ping_pong.h"
#include "probes/efa/rail_end.h"
#include "probes/efa/run_stream.h"
#include "probes/efa/watch.h"
#include "results/schema/number.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr double between_turns_s = 0.001;

/// Runs on these CPUs where the system lets it.
void pin_to(const std::vector<unsigned>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned cpu : cpus) {
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  }
  ::sched_setaffinity(0, sizeof(set), &set);
}

/// Libraries that libfabric brings along catch these and make an exit code of them.
void die_of_faults() {
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::signal(number, SIG_DFL);
}

class Worker {
 public:
  explicit Worker(Channel& channel) : channel_(channel) {}

  /// The next order; meanwhile the provider goes on: a peer may still need this end.
  json next() {
    while (true) {
      if (end_) end_->progress();
      auto order = channel_.receive(end_ ? deadline_in(between_turns_s) : Deadline::max());
      if (order && !answer_ping(channel_, *order)) return std::move(*order);
    }
  }

  /// False: it was the last one.
  bool obey(const json& order) {
    if (order.contains("end")) return false;
    if (order.contains("offers")) {
      answer(channel_, "offers", find_offers(order.at("offers").get<OpenOrder>()));
    } else if (order.contains("device")) {
      answer(channel_, "device", read_device("/sys", order.at("device").get<std::string>()));
    } else if (order.contains("open")) {
      const auto open = order.at("open").get<OpenOrder>();
      pin_to(open.cpus);
      end_.emplace(open);
      answer(channel_, "opened", end_->opened());
    } else if (order.contains("allot")) {
      const json& sizes = order.at("allot");
      answer(channel_, "allotted",
             end().allot(sizes.at("out").get<std::size_t>(), sizes.at("in").get<std::size_t>()));
    } else if (order.contains("connect")) {
      std::vector<std::uint64_t> addresses;
      for (const json& name : order.at("connect")) {
        addresses.push_back(end().endpoint().insert(bytes_of(name.get<std::string>())));
      }
      answer(channel_, "connected", addresses);
    } else if (order.contains("stream")) {
      run_stream(end(), order.at("stream").get<StreamOrder>(), channel_);
    } else if (order.contains("ping_pong")) {
      run_ping_pong(end(), order.at("ping_pong").get<PingPongOrder>(), channel_);
    } else {
      throw std::runtime_error("an order that no rail worker knows: " + order.dump());
    }
    return true;
  }

 private:
  RailEnd& end() {
    if (!end_) throw std::runtime_error("an order before \"open\"");
    return *end_;
  }

  Channel& channel_;
  std::optional<RailEnd> end_;
};

}  // namespace

int serve_rail(int descriptor) {
  // Not left behind by a parent that was killed, whatever libfabric is at.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  die_of_faults();
  // A loopback test is about the device, not about memory that two processes share.
  ::setenv("FI_EFA_ENABLE_SHM_TRANSFER", "0", 1);
  Channel channel(descriptor);
  try {
    Worker worker(channel);
    while (worker.obey(worker.next())) {
    }
    return EXIT_SUCCESS;
  } catch (const ChannelClosed&) {
    return EXIT_FAILURE;
  } catch (const std::exception& error) {
    try {
      answer(channel, "failed", error.what());
    } catch (const ChannelError&) {
      // Nobody is left to be told.
    }
    return EXIT_FAILURE;
  }
}

std::optional<int> rail_worker_descriptor(int argc, const char* const* argv) {
  if (argc != 3 || argv[1] != std::string_view(rail_worker_option)) return std::nullopt;
  const auto descriptor = parse_integer(argv[2]);
  if (!descriptor || *descriptor > 1'000'000) return std::nullopt;
  return static_cast<int>(*descriptor);
}

}  // namespace plumbline::efa
