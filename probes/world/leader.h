#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/world/channel.h"
#include "probes/world/greeting.h"
#include "probes/world/participant.h"
#include "probes/world/place.h"
#include "probes/world/rank_lost.h"
#include "probes/world/tcp.h"

namespace plumbline {

/// Rank 0 with a channel to each of the others. One that is lost is said once by receive(), and
/// the work with the others can go on.
class Leader {
 public:
  /// Waits until all ranks of `place` have come, at most its gather_limit_s. Strangers and ranks
  /// that do not belong are refused, each for itself: whoever connects has `greeting_limit_s` to
  /// say who it is, and nobody waits for it. Throws RendezvousError that names the ranks that did
  /// not come, and RankLost when one that had come is gone; those that have come are told why.
  static Leader gather(Listener listener, const Place& place, Participant own,
                       double greeting_limit_s = 5);

  /// For a rank 0 that is alone.
  explicit Leader(Participant own) : participants_{std::move(own)}, links_(1) {}

  int size() const { return static_cast<int>(participants_.size()); }
  const Participant& rank(int rank) const { return participants_.at(index(rank)); }
  const std::vector<Participant>& participants() const { return participants_; }
  /// Who was not let in while the ranks gathered, and why.
  const std::vector<std::string>& refusals() const { return refusals_; }

  /// Throws RankLost, also for a rank that was lost before.
  void send(int rank, const nlohmann::json& message, Deadline deadline);

  struct Received {
    int rank = 0;
    nlohmann::json message;
  };
  /// The next message of any rank, in turns; nothing at the deadline. Throws RankLost once for each
  /// rank that is gone, and, when none is left, again for the last.
  std::optional<Received> receive(Deadline deadline);

  bool is_lost(int rank) const { return !links_.at(index(rank)).channel; }

  /// Those of the ranks that are there, to wait for them and for others at once; until one is lost.
  std::vector<const Channel*> channels() const;

 private:
  /// To another rank; that to rank 0 itself is never used.
  struct Link {
    std::optional<Channel> channel;  ///< none once the rank is lost
    std::string lost_by;
  };
  static std::size_t index(int rank) { return static_cast<std::size_t>(rank); }
  [[noreturn]] void lose(int rank, const std::string& why);
  RankLost nobody_left() const;

  std::vector<Participant> participants_;
  std::vector<Link> links_;
  std::vector<std::string> refusals_;
  int last_served_ = 0;  ///< the rank that was heard last, or lost
};

}  // namespace plumbline
