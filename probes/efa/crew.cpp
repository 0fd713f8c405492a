#include "probes/efa/crew.h"

#include <vector>

namespace plumbline::efa {
namespace {

constexpr double ending_s = 5;  ///< for a worker that is told to end

}  // namespace

void LocalWorkers::start(WorkerId id) { processes_.emplace(id, WorkerProcess(program_)); }

void LocalWorkers::tell(WorkerId id, const nlohmann::json& order) {
  const auto found = processes_.find(id);
  if (found == processes_.end()) return;
  try {
    found->second.channel().send(order, deadline_in(telling_s));
  } catch (const ChannelError&) {
    // Its channel has ended or does: that is heard.
  }
}

std::optional<Report> LocalWorkers::hear_from(WorkerId id) {
  WorkerProcess& process = processes_.at(id);
  std::string how;
  try {
    auto message = process.channel().receive(Deadline::min());
    if (!message) return std::nullopt;
    return Report{id, std::move(*message)};
  } catch (const ChannelClosed&) {
    how = process.end(deadline_in(ending_s));
  } catch (const ChannelError& error) {
    how = error.what() + (", " + process.end(Deadline::min()));
  }
  processes_.erase(id);
  return Report{id, {{"lost", how}}};
}

std::optional<Report> LocalWorkers::hear(Deadline deadline,
                                         std::span<const Channel* const> others) {
  while (true) {
    std::vector<WorkerId> ids;
    std::vector<const Channel*> channels;
    for (const auto& [id, process] : processes_) {
      ids.push_back(id);
      channels.push_back(&process.channel());
    }
    channels.insert(channels.end(), others.begin(), others.end());
    const std::vector<std::size_t> ready = wait_for_any(channels, deadline);
    for (const std::size_t at : ready) {
      if (at >= ids.size()) continue;
      if (auto report = hear_from(ids[at])) return report;
    }
    if (ready.empty() || ready.back() >= ids.size() || has_passed(deadline)) return std::nullopt;
  }
}

void LocalWorkers::dismiss(std::span<const WorkerId> ids) {
  for (const WorkerId id : ids) tell(id, {{"end", true}});
  const Deadline deadline = deadline_in(ending_s);
  for (const WorkerId id : ids) {
    const auto found = processes_.find(id);
    if (found == processes_.end()) continue;
    found->second.end(deadline);
    processes_.erase(found);
  }
}

pid_t LocalWorkers::process_of(WorkerId id) const {
  const auto found = processes_.find(id);
  return found == processes_.end() ? -1 : found->second.id();
}

WorkerId LocalCrew::start(unsigned) {
  workers_.start(next_);
  return next_++;
}

std::filesystem::path this_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

}  // namespace plumbline::efa
