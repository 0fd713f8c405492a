#include "probes/efa/world_crew.h"

#include <algorithm>
#include <set>
#include <vector>

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr double dismissing_s = 10;

}  // namespace

WorldCrew::WorldCrew(std::filesystem::path program, Leader leader)
    : local_(std::move(program)), leader_(std::move(leader)) {}

WorldCrew::~WorldCrew() {
  for (int rank = 1; rank < leader_.size(); ++rank) {
    send(static_cast<unsigned>(rank), {{"end", true}});
  }
}

void WorldCrew::lose(const RankLost& lost) {
  for (const auto& [worker, rank] : ranks_) {
    if (rank == static_cast<unsigned>(lost.rank())) {
      reports_.push_back({worker, {{"lost", lost.what()}}});
    }
  }
  std::erase_if(ranks_, [&](const auto& entry) {
    return entry.second == static_cast<unsigned>(lost.rank());
  });
}

/// False if the rank is lost, which is heard.
bool WorldCrew::send(unsigned rank, const json& message) {
  if (leader_.is_lost(static_cast<int>(rank))) return false;
  try {
    leader_.send(static_cast<int>(rank), message, deadline_in(telling_s));
    return true;
  } catch (const RankLost& lost) {
    lose(lost);
    return false;
  }
}

WorkerId WorldCrew::start(unsigned rank) {
  const WorkerId id = next_++;
  if (rank == 0) {
    local_.start(id);
  } else {
    // Not by way of send(): who starts must know at once.
    leader_.send(static_cast<int>(rank), {{"start", id}}, deadline_in(telling_s));
  }
  ranks_.emplace(id, rank);
  return id;
}

void WorldCrew::tell(WorkerId worker, const json& order) {
  const auto found = ranks_.find(worker);
  if (found == ranks_.end()) return;
  if (found->second == 0) {
    local_.tell(worker, order);
  } else {
    send(found->second, {{"to", worker}, {"order", order}});
  }
}

void WorldCrew::take(const Leader::Received& received) {
  if (!received.message.contains("from")) return;
  const auto worker = received.message.at("from").get<WorkerId>();
  if (ranks_.contains(worker)) reports_.push_back({worker, received.message.at("message")});
}

std::optional<Report> WorldCrew::hear(Deadline deadline) {
  while (reports_.empty()) {
    const std::vector<const Channel*> channels = leader_.channels();
    if (auto report = local_.hear(deadline, channels)) return report;
    if (!channels.empty()) {
      try {
        if (const auto received = leader_.receive(Deadline())) take(*received);
      } catch (const RankLost& lost) {
        lose(lost);
      }
    }
    if (reports_.empty() && has_passed(deadline)) return std::nullopt;
  }
  Report report = std::move(reports_.front());
  reports_.pop_front();
  return report;
}

void WorldCrew::dismiss(std::span<const WorkerId> workers) {
  std::map<unsigned, std::vector<WorkerId>> by_rank;
  for (const WorkerId worker : workers) {
    const auto found = ranks_.find(worker);
    if (found == ranks_.end()) continue;
    by_rank[found->second].push_back(worker);
    ranks_.erase(found);
  }
  std::set<int> asked;
  for (const auto& [rank, ids] : by_rank) {
    if (rank != 0 && send(rank, {{"dismiss", ids}})) asked.insert(static_cast<int>(rank));
  }
  local_.dismiss(by_rank[0]);
  const Deadline deadline = deadline_in(dismissing_s);
  while (!asked.empty() && !has_passed(deadline)) {
    try {
      const auto received = leader_.receive(deadline);
      if (!received) break;
      if (received->message.contains("dismissed")) asked.erase(received->rank);
      take(*received);
    } catch (const RankLost& lost) {
      asked.erase(lost.rank());
      lose(lost);
    }
  }
  std::erase_if(reports_, [&](const Report& report) {
    return std::find(workers.begin(), workers.end(), report.worker) != workers.end();
  });
}

}  // namespace plumbline::efa
