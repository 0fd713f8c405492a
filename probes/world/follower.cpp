#include "probes/world/follower.h"

#include <fmt/format.h>
#include <unistd.h>

namespace plumbline {
namespace {

/// Rank 0 may have begun to wait later, and knows who else did not come: its word is waited for.
constexpr double longer_than_rank_0_s = 2;

/// "rank 3 on n3 and rank 0 at n0:20017: ..."
RendezvousError not_together(const Place& place, const Participant& own, std::string_view why) {
  return RendezvousError(fmt::format("rank {} on {} did not come together with rank 0 at {}: {}",
                                     place.rank, own.host, to_string(place.rendezvous), why));
}

}  // namespace

Follower Follower::join(const Place& place, const Participant& own) {
  const Deadline deadline = deadline_in(place.gather_limit_s);
  while (true) {
    try {
      Channel channel(connect_to(place.rendezvous, deadline), largest_greeting);
      const Deadline answer_deadline = deadline_in(place.gather_limit_s + longer_than_rank_0_s);
      channel.send(greeting_message(place, own), answer_deadline);
      const auto answer = channel.receive(answer_deadline);
      if (!answer) {
        throw RendezvousError(
            fmt::format("no answer within {} s", place.gather_limit_s + longer_than_rank_0_s));
      }
      channel.allow_messages_of(Channel::largest_message);
      return {read_answer(*answer), std::move(channel)};
    } catch (const ChannelClosed& error) {
      // An earlier task's rank 0 that ends, or one that had too many guests at once.
      if (has_passed(deadline)) throw not_together(place, own, error.what());
    } catch (const ChannelError& error) {
      throw not_together(place, own, error.what());
    } catch (const ConnectionError& error) {
      throw not_together(place, own, error.what());
    } catch (const RendezvousError& error) {
      throw not_together(place, own, error.what());
    }
    ::usleep(100'000);  // no nanosleep: a virtual node has its own time for that
  }
}

void Follower::send(const nlohmann::json& message, Deadline deadline) {
  try {
    channel_.send(message, deadline);
  } catch (const ChannelError& error) {
    throw RankLost(0, leader_.host, error.what());
  }
}

std::optional<nlohmann::json> Follower::receive(Deadline deadline) {
  try {
    return channel_.receive(deadline);
  } catch (const ChannelError& error) {
    throw RankLost(0, leader_.host, error.what());
  }
}

}  // namespace plumbline
