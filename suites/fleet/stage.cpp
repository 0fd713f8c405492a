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

/// An acceptance on a host that rejects it ran to its end all the same.
bool is_verdict(const FleetTask& task, const TaskEnd& end) {
  return task.probe.empty() && end.outcome == TaskOutcome::failed &&
         (end.exit == exit_rejected || end.exit == exit_harness_suspect);
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

  void lost(const HostOrder& order, const std::string& reason) override {
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
    const auto log = record_.parts().folder(frame.task, frame.host) / "output.log";
    TaskEnd end = end_of_task(task, frame.end, {"", tail_of(log)});
    if (is_verdict(found->second.task, end)) end = {.elapsed = end.elapsed, .exit = end.exit};
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

}  // namespace

bool run_stage(FleetRecord& record, FleetRunner& runner, const std::string& stage,
               std::vector<PlannedTask> tasks) {
  Listener listener(record, runner, stage);
  FleetOrder order{record.directory().name(), {}};
  for (const PlannedTask& planned : tasks) {
    const auto outcome = record.outcome(planned.task.id);
    if (outcome && *outcome != TaskOutcome::killed) continue;
    record.started(planned.task);
    listener.add(planned);
    order.orders.insert(order.orders.end(), planned.orders.begin(), planned.orders.end());
  }
  if (order.orders.empty()) return true;
  const auto log = record.directory().logs() / (stage + ".log");
  return fan_out(order, runner.reach, runner.patience, log, listener, runner.interruption);
}

}  // namespace plumbline
