#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "probes/world/channel.h"
#include "probes/world/greeting.h"
#include "probes/world/participant.h"
#include "probes/world/place.h"
#include "probes/world/rank_lost.h"
#include "probes/world/tcp.h"

namespace plumbline {

/// A rank other than 0, with its channel to rank 0.
class Follower {
 public:
  /// Calls rank 0 until it listens, at most the gather_limit_s of `place`, and then waits, at most
  /// as long again, until all have come. Throws RendezvousError: rank 0 cannot be reached, or
  /// refuses, or the ranks did not come together there, in rank 0's words.
  static Follower join(const Place& place, const Participant& own);

  /// Rank 0.
  const Participant& leader() const { return leader_; }

  /// Both throw RankLost when rank 0 is gone. receive(): nothing at the deadline.
  void send(const nlohmann::json& message, Deadline deadline);
  std::optional<nlohmann::json> receive(Deadline deadline);

  /// To wait for rank 0 and for others at once.
  const Channel& channel() const { return channel_; }

 private:
  Follower(Participant leader, Channel channel)
      : leader_(std::move(leader)), channel_(std::move(channel)) {}

  Participant leader_;
  Channel channel_;
};

}  // namespace plumbline
