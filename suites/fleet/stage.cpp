#include "suites/fleet/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "results/schema/exit_code.h"

namespace plumbline {
namespace {

/// A task that runs.
struct Pending {
  FleetTask task;
  Seconds deadline{0};
  std::size_t open = 0;  ///< hosts not heard of to the end
  TaskEnd end;           ///< the worst so far
  std::vector<std::string> reasons;
};

/// How bad an end is; the worst of the hosts' ends is the task's.
int badness(TaskOutcome outcome) {
  switch (outcome) {
    case TaskOutcome::ok:
      return 0;
    case TaskOutcome::incomplete:
      return 1;
    case TaskOutcome::failed:
      return 2;
    default:
      return 3;
  }
}

/// All that a host does by itself.
bool is_alone(const FleetTask& task) { return task.probe.empty(); }

/// An acceptance on a host that rejects it ran to its end all the same.
bool is_verdict(const FleetTask& task, const TaskEnd& end) {
  return is_alone(task) && end.outcome == TaskOutcome::failed &&
         (end.exit == exit_rejected || end.exit == exit_harness_suspect);
}

/// A task of a host's own run that was killed on that host: the run goes on when it is continued.
std::optional<std::string> killed_task(const std::filesystem::path& run) {
  std::map<std::string, bool> killed;
  try {
    for (const JournalEvent& event : read_journal(RunDirectory::at(run).journal())) {
      if (event.event != "task_ended") continue;
      killed[event.task] = event.detail("outcome") == task_outcome_names[TaskOutcome::killed];
    }
  } catch (const std::exception&) {
    return std::nullopt;  // it had not begun, and its end says why
  }
  const auto found = std::ranges::find_if(killed, [](const auto& task) { return task.second; });
  return found == killed.end() ? std::nullopt : std::optional(found->first);
}

class Listener final : public FleetListener {
 public:
  Listener(FleetRecord& record, FleetRunner& runner, std::string stage)
      : record_(record), runner_(runner), stage_(std::move(stage)) {}

  void add(const PlannedTask& planned) {
    pending_[planned.task.id] = {
        planned.task, planned.orders.front().deadline, planned.orders.size(), {}, {}};
    ++all_;
  }

  void frame(const Frame& frame) override {
    switch (frame.kind) {
      case Frame::Kind::began:
        hear_version(frame);
        return;
      case Frame::Kind::bytes:
        keep(frame);
        return;
      case Frame::Kind::ended:
        take_end(frame);
        return;
      default:
        return;
    }
  }

  void lost(const HostOrder& order, Loss loss, const std::string& reason) override {
    const auto found = pending_.find(order.task);
    const bool was_alone = found != pending_.end() && is_alone(found->second.task);
    if (loss == Loss::host || was_alone) runner_.lost_hosts.try_emplace(order.host, reason);
    TaskEnd end;
    end.outcome = TaskOutcome::killed;  // by whatever: it is run again when the run is continued
    end.reason = reason;
    take(order.task, order.host, end);
  }

  void tick() override {
    if (runner_.tick) runner_.tick(stage_, ended_, all_);
  }

  std::size_t well() const { return well_; }

 private:
  void keep(const Frame& frame) {
    try {
      record_.parts().write(frame);
    } catch (const std::runtime_error& error) {
      // The task ends as one whose rows are not all here.
      broken_[{frame.task, frame.host}] = error.what();
    }
  }

  void take_end(const Frame& frame) {
    const auto found = pending_.find(frame.task);
    if (found == pending_.end()) return;
    Task task;
    task.deadline = found->second.deadline;
    const auto folder = record_.parts().folder(frame.task, frame.host);
    const auto log = folder / "output.log";
    TaskEnd end = end_of_task(task, frame.end, {"", tail_of(log)});
    if (is_verdict(found->second.task, end)) end = {.elapsed = end.elapsed, .exit = end.exit};
    if (is_alone(found->second.task) && end.outcome != TaskOutcome::killed) {
      if (const auto killed = killed_task(folder / "results/runs" / record_.directory().name())) {
        end.outcome = TaskOutcome::killed;
        end.reason = "its task " + *killed + " was killed on the host; " + end.reason;
      }
    }
    if (const auto broken = broken_.find({frame.task, frame.host}); broken != broken_.end()) {
      end.outcome = TaskOutcome::killed;
      end.reason = broken->second;
    }
    take(frame.task, frame.host, end);
  }

  void take(const std::string& id, const std::string& host, const TaskEnd& end) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    Pending& pending = found->second;
    if (!end.reason.empty()) {
      pending.reasons.push_back(
          pending.task.hosts.size() > 1 ? fmt::format("{}: {}", host, end.reason) : end.reason);
    }
    if (badness(end.outcome) > badness(pending.end.outcome)) pending.end = end;
    pending.end.elapsed = std::max(pending.end.elapsed, end.elapsed);
    if (--pending.open == 0) close(pending);
  }

  void close(Pending& pending) {
    pending.end.reason = fmt::to_string(fmt::join(pending.reasons, "; "));
    if (pending.end.outcome != TaskOutcome::ok && pending.task.hosts.size() > 1) {
      pending.end.reason =
          fmt::format("{} together: {}", fmt::join(pending.task.hosts, ", "), pending.end.reason);
    }
    record_.ended(pending.task, pending.end);
    ++ended_;
    if (pending.end.outcome == TaskOutcome::ok) ++well_;
    if (pending.end.outcome != TaskOutcome::ok && runner_.say) {
      runner_.say(fmt::format("{} {}: {}", pending.task.id, task_outcome_names[pending.end.outcome],
                              pending.end.reason));
    }
    pending_.erase(pending.task.id);
  }

  void hear_version(const Frame& frame) {
    if (frame.bytes == PLUMBLINE_VERSION || !runner_.say) return;
    runner_.say(fmt::format("{} has plumbline {}, and here is {}", frame.host, frame.bytes,
                            PLUMBLINE_VERSION));
    record_.note("version_differs", {{"host", frame.host}, {"plumbline", frame.bytes}});
  }

  FleetRecord& record_;
  FleetRunner& runner_;
  std::string stage_;
  std::unordered_map<std::string, Pending> pending_;
  std::map<std::pair<std::string, std::string>, std::string> broken_;
  std::size_t all_ = 0, ended_ = 0, well_ = 0;
};

/// Ends a task that a host is missing for which was lost before; false if there is none.
bool end_for_lost_hosts(FleetRecord& record, const FleetRunner& runner, const FleetTask& task) {
  std::vector<std::string> lost, reasons;
  for (const std::string& host : task.hosts) {
    const auto found = runner.lost_hosts.find(host);
    if (found == runner.lost_hosts.end()) continue;
    lost.push_back(host);
    reasons.push_back(fmt::format("{} was lost before: {}", host, found->second));
  }
  if (lost.empty()) return false;
  TaskEnd end;
  end.outcome = TaskOutcome::killed;
  end.reason = fmt::format("not started: {}", fmt::join(reasons, "; "));
  record.ended(task, end, lost);
  if (runner.say) runner.say(task.id + ' ' + end.reason);
  return true;
}

}  // namespace

bool run_stage(FleetRecord& record, FleetRunner& runner, const std::string& stage,
               std::vector<PlannedTask> tasks) {
  Listener listener(record, runner, stage);
  FleetOrder order{record.directory().name(), {}};
  for (const PlannedTask& planned : tasks) {
    const auto outcome = record.outcome(planned.task.id);
    if (outcome && *outcome != TaskOutcome::killed) continue;
    record.started(planned.task);
    if (end_for_lost_hosts(record, runner, planned.task)) continue;
    listener.add(planned);
    order.orders.insert(order.orders.end(), planned.orders.begin(), planned.orders.end());
  }
  if (order.orders.empty()) return true;
  const auto log = record.directory().logs() / (stage + ".log");
  return fan_out(order, runner.reach, runner.patience, log, listener, runner.interruption);
}

}  // namespace plumbline
