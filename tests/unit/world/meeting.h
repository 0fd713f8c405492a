#pragma once

#include <poll.h>

#include <cstdint>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "probes/world/follower.h"
#include "probes/world/leader.h"
#include "probes/world/tcp.h"

namespace plumbline {

/// Long enough for any machine: what waits so long has failed.
inline Deadline soon() { return deadline_in(60); }

/// A task on this host whose rank 0 listens at a port of the kernel's choice. Rank k is "on" host
/// nk.
struct Meeting {
  explicit Meeting(int ranks, const std::string& address = "127.0.0.1")
      : size(ranks), listener(Endpoint{address, 0}), rendezvous{address, listener.port()} {}

  Place place(int rank, double limit_s = 60) const {
    return {.rank = rank,
            .size = size,
            .engine = "options",
            .rendezvous = rendezvous,
            .token = "t0ken",
            .gather_limit_s = limit_s};
  }

  static Participant participant(int rank) {
    return {"n" + std::to_string(rank), {{"libfabric", rank == 0 ? "2.1.0" : "1.17.0"}}};
  }

  /// The rank of `place`, in a thread of its own.
  static std::future<Follower> join(const Place& place) {
    return std::async(std::launch::async,
                      [place] { return Follower::join(place, Meeting::participant(place.rank)); });
  }
  std::future<Follower> join(int rank) const { return join(place(rank)); }

  Leader gather(double limit_s = 60, double greeting_limit_s = 5) {
    return Leader::gather(std::move(listener), place(0, limit_s), participant(0), greeting_limit_s);
  }

  int size;
  Listener listener;
  Endpoint rendezvous;
};

/// A rank that has said who it is once it is made, and has not heard the answer.
class Caller {
 public:
  explicit Caller(const Place& place) : channel_(connect_to(place.rendezvous, soon())) {
    channel_.send(greeting_message(place, Meeting::participant(place.rank)), soon());
  }
  void say(const nlohmann::json& message) { channel_.send(message, soon()); }
  nlohmann::json hear() { return channel_.receive(soon()).value(); }

 private:
  Channel channel_;
};

/// A rank that has called, and what it says; the rank waits for the answer.
inline Channel take_caller(Listener& listener) {
  pollfd polled{listener.descriptor(), POLLIN, 0};
  while (::poll(&polled, 1, -1) < 0) {
  }
  Channel channel(std::move(listener.accept().value().socket));
  channel.receive(soon()).value();
  return channel;
}

/// What `function` throws, which must be an `Error`.
template <class Error, class Function>
std::string complaint_of(Function&& function) {
  try {
    (void)function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no complaint";
}

/// Why a rank did not come in.
inline std::string failure_of(std::future<Follower>& follower) {
  return complaint_of<RendezvousError>([&] { return follower.get(); });
}

}  // namespace plumbline
