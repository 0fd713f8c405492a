#include "probes/world/gathering.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "probes/world/rank_lost.h"

namespace plumbline {
namespace {

constexpr std::size_t most_guests = 256;    ///< beyond the ranks that may come at once
constexpr std::size_t most_refusals = 100;  ///< that are remembered

/// "rank 2", "ranks 1, 2 and 5", "ranks 1 to 63".
std::string list_ranks(const std::vector<int>& ranks) {
  if (ranks.size() == 1) return fmt::format("rank {}", ranks.front());
  std::vector<std::string> runs;
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t end = i + 1;
    while (end < ranks.size() && ranks[end] == ranks[end - 1] + 1) ++end;
    if (end - i > 2) {
      runs.push_back(fmt::format("{} to {}", ranks[i], ranks[end - 1]));
      i = end;
    } else {
      runs.push_back(std::to_string(ranks[i++]));
    }
  }
  std::string text = "ranks ";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i != 0) text += i + 1 == runs.size() ? " and " : ", ";
    text += runs[i];
  }
  return text;
}

}  // namespace

Gathering::Gathering(Listener listener, const Place& place, double greeting_limit_s)
    : listener_(std::move(listener)),
      place_(place),
      greeting_limit_s_(greeting_limit_s),
      members_(static_cast<std::size_t>(place.size)) {}

bool Gathering::all_have_come() const {
  return std::all_of(members_.begin() + 1, members_.end(),
                     [](const auto& member) { return member.has_value(); });
}

void Gathering::wait_for_all(Deadline deadline) {
  while (!all_have_come()) {
    if (has_passed(deadline)) fail_for_missing();
    wait(deadline);
    take_connections();
    hear_guests();
    check_members();
  }
}

void Gathering::wait(Deadline deadline) const {
  std::vector<pollfd> polled{{listener_.descriptor(), POLLIN, 0}};
  for (const Guest& guest : guests_) {
    polled.push_back({guest.channel.descriptor(), POLLIN, 0});
    deadline = std::min(deadline, guest.expires);
  }
  for (const auto& member : members_) {
    if (member) polled.push_back({member->channel.descriptor(), POLLIN, 0});
  }
  ::poll(polled.data(), static_cast<nfds_t>(polled.size()), poll_milliseconds(deadline));
}

void Gathering::take_connections() {
  while (auto connection = listener_.accept()) {
    if (guests_.size() >= most_guests + members_.size()) {
      note_refusal(guests_.front(), "too many others came before it said who it is");
      guests_.erase(guests_.begin());
    }
    guests_.push_back({Channel(std::move(connection->socket), largest_greeting),
                       std::move(connection->from), deadline_in(greeting_limit_s_)});
  }
}

void Gathering::hear_guests() {
  std::vector<Guest> still_guests;
  for (Guest& guest : guests_) {
    if (!hear(guest)) still_guests.push_back(std::move(guest));
  }
  guests_ = std::move(still_guests);
}

bool Gathering::hear(Guest& guest) {
  try {
    const auto message = guest.channel.receive(Deadline());
    if (!message) {
      if (!has_passed(guest.expires)) return false;
      // Nothing is said to it: a rank that is that slow shall call again.
      note_refusal(guest, fmt::format("did not say who it is within {} s", greeting_limit_s_));
      return true;
    }
    Greeting greeting = read_greeting(*message, place_);
    auto& member = members_[static_cast<std::size_t>(greeting.rank)];
    if (member) {
      throw RendezvousError(fmt::format("{} says that it is rank {}, as {} did before it",
                                        greeting.participant.host, greeting.rank,
                                        member->participant.host));
    }
    guest.channel.allow_messages_of(Channel::largest_message);
    member = {std::move(greeting.participant), std::move(guest.channel)};
  } catch (const ChannelError& error) {
    refuse(guest, error.what());
  } catch (const RendezvousError& error) {
    refuse(guest, error.what());
  }
  return true;
}

void Gathering::note_refusal(const Guest& guest, const std::string& why) {
  if (refusals_.size() < most_refusals) refusals_.push_back(guest.from + ": " + why);
}

void Gathering::refuse(Guest& guest, const std::string& why) {
  note_refusal(guest, why);
  try {
    guest.channel.send(refusal_message(why), Deadline());
  } catch (const ChannelError&) {
    // It has gone already, or sent what makes the channel useless: then there is nobody to tell.
  }
}

void Gathering::check_members() {
  std::vector<std::size_t> ranks;
  std::vector<const Channel*> channels;
  for (std::size_t rank = 1; rank < members_.size(); ++rank) {
    if (!members_[rank]) continue;
    ranks.push_back(rank);
    channels.push_back(&members_[rank]->channel);
  }
  for (const std::size_t i : wait_for_any(channels, Deadline())) {
    auto& member = members_[ranks[i]];
    try {
      if (!member->channel.receive(Deadline())) continue;
      throw ChannelError("it speaks before all ranks have come");
    } catch (const ChannelError& error) {
      const std::string host = member->participant.host;
      member.reset();
      throw RankLost(static_cast<int>(ranks[i]), host, error.what());
    }
  }
}

void Gathering::tell_all(const nlohmann::json& message, Deadline deadline) {
  std::optional<RankLost> lost;
  for (std::size_t rank = 1; rank < members_.size(); ++rank) {
    if (!members_[rank]) continue;
    try {
      members_[rank]->channel.send(message, deadline);
    } catch (const ChannelError& error) {
      if (lost) continue;
      lost.emplace(static_cast<int>(rank), members_[rank]->participant.host, error.what());
    }
  }
  if (lost) throw RankLost(*lost);
}

void Gathering::fail_for_missing() const {
  std::vector<int> missing;
  for (int rank = 1; rank < place_.size; ++rank) {
    if (!members_[static_cast<std::size_t>(rank)]) missing.push_back(rank);
  }
  std::string text = fmt::format("{} of {} did not come to {} within {} s", list_ranks(missing),
                                 place_.size, to_string(place_.rendezvous), place_.gather_limit_s);
  constexpr std::size_t most_told = 3;
  for (std::size_t i = 0; i < std::min(most_told, refusals_.size()); ++i) {
    text += (i == 0 ? "; refused: " : "; ") + refusals_[i];
  }
  if (refusals_.size() > most_told) {
    text += fmt::format("; and {} more", refusals_.size() - most_told);
  }
  throw RendezvousError(text);
}

}  // namespace plumbline
