#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "probes/efa/worker_process.h"

namespace plumbline::efa {

using WorkerId = std::uint32_t;

/// A worker, or the host it runs on, takes an order within so long or is lost.
inline constexpr double telling_s = 5;

/// What a worker said. One that has ended says, last of all, {"lost": "killed by signal 9 (...)"}.
struct Report {
  WorkerId worker = 0;
  nlohmann::json message;
};

/// Rail workers that are given orders, wherever they run.
class Crew {
 public:
  virtual ~Crew() = default;

  /// A new worker on the host of this rank.
  virtual WorkerId start(unsigned rank) = 0;
  virtual void tell(WorkerId worker, const nlohmann::json& order) = 0;
  /// What was said first; nothing if nobody says anything in time.
  virtual std::optional<Report> hear(Deadline deadline) = 0;
  /// Ends them: in peace if they can, by force if not. Nothing is heard of them any more.
  virtual void dismiss(std::span<const WorkerId> workers) = 0;
};

/// The workers of this host, under ids that the caller chooses.
class LocalWorkers {
 public:
  explicit LocalWorkers(std::filesystem::path program) : program_(std::move(program)) {}

  void start(WorkerId id);
  /// To a worker that has ended nothing can be told: its "lost" is or was heard.
  void tell(WorkerId id, const nlohmann::json& order);
  /// Also returns when one of the others has something.
  std::optional<Report> hear(Deadline deadline, std::span<const Channel* const> others = {});
  void dismiss(std::span<const WorkerId> ids);
  /// Its process; -1 if it has ended.
  pid_t process_of(WorkerId id) const;

 private:
  std::optional<Report> hear_from(WorkerId id);

  std::filesystem::path program_;
  std::map<WorkerId, WorkerProcess> processes_;
};

/// The crew of one host alone.
class LocalCrew : public Crew {
 public:
  explicit LocalCrew(std::filesystem::path program) : workers_(std::move(program)) {}

  WorkerId start(unsigned rank) override;
  void tell(WorkerId worker, const nlohmann::json& order) override { workers_.tell(worker, order); }
  std::optional<Report> hear(Deadline deadline) override { return workers_.hear(deadline); }
  void dismiss(std::span<const WorkerId> workers) override { workers_.dismiss(workers); }
  pid_t process_of(WorkerId worker) const { return workers_.process_of(worker); }

 private:
  LocalWorkers workers_;
  WorkerId next_ = 1;
};

/// The program that runs, which serves rails too.
std::filesystem::path this_program();

}  // namespace plumbline::efa
