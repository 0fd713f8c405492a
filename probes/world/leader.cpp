#include "probes/world/leader.h"

#include <stdexcept>

#include "probes/world/gathering.h"

namespace plumbline {
namespace {

constexpr double telling_limit_s = 5;  ///< for what is said to all when the ranks meet

}  // namespace

Leader Leader::gather(Listener listener, const Place& place, Participant own,
                      double greeting_limit_s) {
  const Deadline deadline = deadline_in(place.gather_limit_s);
  Gathering gathering(std::move(listener), place, greeting_limit_s);
  Leader leader(std::move(own));
  try {
    gathering.wait_for_all(deadline);
  } catch (const std::runtime_error& error) {
    try {
      gathering.tell_all(refusal_message(error.what()), deadline_in(telling_limit_s));
    } catch (const RankLost&) {
      // One more that is gone does not matter any more.
    }
    throw;
  }
  gathering.tell_all(welcome_message(leader.rank(0)), deadline_in(telling_limit_s));
  for (auto& member : gathering.members()) {
    if (!member) continue;  // this rank itself
    leader.participants_.push_back(std::move(member->participant));
    leader.links_.push_back({std::move(member->channel), ""});
  }
  leader.refusals_ = gathering.refusals();
  return leader;
}

void Leader::lose(int rank, const std::string& why) {
  Link& link = links_[index(rank)];
  link.channel.reset();
  link.lost_by = why;
  last_served_ = rank;
  throw RankLost(rank, participants_[index(rank)].host, why);
}

void Leader::send(int rank, const nlohmann::json& message, Deadline deadline) {
  Link& link = links_.at(index(rank));
  if (!link.channel) throw RankLost(rank, participants_[index(rank)].host, link.lost_by);
  try {
    link.channel->send(message, deadline);
  } catch (const ChannelError& error) {
    lose(rank, error.what());
  }
}

std::optional<Leader::Received> Leader::receive(Deadline deadline) {
  while (true) {
    std::vector<int> ranks;
    std::vector<const Channel*> waited_for;
    for (int i = 1; i <= size(); ++i) {
      const int rank = (last_served_ + i) % size();
      if (!links_[index(rank)].channel) continue;
      ranks.push_back(rank);
      waited_for.push_back(&*links_[index(rank)].channel);
    }
    if (ranks.empty()) throw nobody_left();
    const std::vector<std::size_t> ready = wait_for_any(waited_for, deadline);
    if (ready.empty()) return std::nullopt;
    for (const std::size_t i : ready) {
      last_served_ = ranks[i];
      try {
        auto message = links_[index(ranks[i])].channel->receive(Deadline());
        if (message) return Received{ranks[i], *std::move(message)};
      } catch (const ChannelError& error) {
        lose(ranks[i], error.what());
      }
    }
  }
}

RankLost Leader::nobody_left() const {
  if (size() == 1) throw std::logic_error("rank 0 is alone: nobody sends it anything");
  return {last_served_, participants_[index(last_served_)].host,
          links_[index(last_served_)].lost_by};
}

std::vector<const Channel*> Leader::channels() const {
  std::vector<const Channel*> found;
  for (const Link& link : links_) {
    if (link.channel) found.push_back(&*link.channel);
  }
  return found;
}

}  // namespace plumbline
