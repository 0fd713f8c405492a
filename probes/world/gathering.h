#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/world/channel.h"
#include "probes/world/greeting.h"
#include "probes/world/tcp.h"

namespace plumbline {

/// The ranks on their way to rank 0: who has come, who has connected and said nothing yet, and who
/// was refused. Everything that may be waited for is waited for at once.
class Gathering {
 public:
  Gathering(Listener listener, const Place& place, double greeting_limit_s);

  struct Member {
    Participant participant;
    Channel channel;
  };

  /// Until all have come or the deadline. Throws RankLost and RendezvousError (see
  /// Leader::gather).
  void wait_for_all(Deadline deadline);

  /// Sends the same to all that have come; then throws RankLost if one is gone.
  void tell_all(const nlohmann::json& message, Deadline deadline);

  std::vector<std::optional<Member>>& members() { return members_; }  ///< by rank; none for 0
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  /// Somebody who has connected and said nothing yet.
  struct Guest {
    Channel channel;
    std::string from;
    Deadline expires;
  };
  bool all_have_come() const;
  void wait(Deadline deadline) const;
  void take_connections();
  void hear_guests();
  bool hear(Guest& guest);  ///< true: it needs no more attention as a guest
  void note_refusal(const Guest& guest, const std::string& why);
  void refuse(Guest& guest, const std::string& why);
  void check_members();
  [[noreturn]] void fail_for_missing() const;

  Listener listener_;
  Place place_;
  double greeting_limit_s_;
  std::vector<Guest> guests_;
  std::vector<std::optional<Member>> members_;
  std::vector<std::string> refusals_;
};

}  // namespace plumbline
