#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <string>

#include "probes/efa/crew.h"
#include "probes/world/leader.h"

namespace plumbline::efa {

// What rank 0 tells the others, and they it; beside these, {"rails": ...} is the first thing that
// they say.
//   {"start": id}   {"to": id, "order": ...}   {"dismiss": [id ...]}   {"end": true}
//   {"from": id, "message": ...}   {"dismissed": [id ...]}

/// The crew of several hosts, as rank 0 has it. A host that is lost is the end of its workers and
/// of nothing else.
class WorldCrew : public Crew {
 public:
  WorldCrew(std::filesystem::path program, Leader leader);
  ~WorldCrew() override;
  WorldCrew(const WorldCrew&) = delete;
  WorldCrew& operator=(const WorldCrew&) = delete;

  /// Throws RankLost for a host that is gone.
  WorkerId start(unsigned rank) override;
  void tell(WorkerId worker, const nlohmann::json& order) override;
  std::optional<Report> hear(Deadline deadline) override;
  void dismiss(std::span<const WorkerId> workers) override;

  Leader& leader() { return leader_; }

 private:
  bool send(unsigned rank, const nlohmann::json& message);
  void lose(const RankLost& lost);
  void take(const Leader::Received& received);

  LocalWorkers local_;
  Leader leader_;
  WorkerId next_ = 1;
  std::map<WorkerId, unsigned> ranks_;  ///< of workers that were started and not dismissed
  std::deque<Report> reports_;          ///< come, but not heard yet
};

}  // namespace plumbline::efa
