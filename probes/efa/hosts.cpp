#include "probes/efa/hosts.h"

#include <fmt/format.h>

#include <stdexcept>

#include "probes/efa/world_crew.h"

namespace plumbline::efa {

Participant participant_of(const HostRails& rails) {
  Participant participant{rails.host};
  participant.facts = {{"plumbline", PLUMBLINE_VERSION},
                       {"provider", rails.provider},
                       {"libfabric", rails.library},
                       {"libfabric API", rails.api}};
  return participant;
}

Gathered gather(const Place& place, const HostRails& own) {
  const Deadline deadline = deadline_in(place.gather_limit_s);
  auto crew = std::make_unique<WorldCrew>(
      this_program(), Leader::gather(Listener(place.rendezvous), place, participant_of(own)));
  Leader& leader = crew->leader();
  std::vector<HostRails> hosts(static_cast<std::size_t>(leader.size()));
  hosts[0] = own;
  for (int missing = leader.size() - 1; missing > 0;) {
    const auto received = leader.receive(deadline);
    if (!received) {
      throw std::runtime_error(fmt::format("{} of {} ranks did not tell their rails within {} s",
                                           missing, leader.size(), place.gather_limit_s));
    }
    HostRails& host = hosts.at(static_cast<std::size_t>(received->rank));
    if (!host.host.empty()) continue;
    host = received->message.at("rails").get<HostRails>();
    --missing;
  }
  return {std::move(hosts), std::move(crew), differences(leader.participants())};
}

std::vector<HostRails> imagined(const Place& place, const HostRails& own) {
  std::vector<HostRails> hosts(static_cast<std::size_t>(place.size), own);
  for (std::size_t rank = 1; rank < hosts.size(); ++rank) {
    hosts[rank].host = fmt::format("rank{}", rank);
  }
  return hosts;
}

}  // namespace plumbline::efa
