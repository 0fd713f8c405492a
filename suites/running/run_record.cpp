#include "suites/running/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "results/schema/device.h"
#include "results/schema/file_error.h"
#include "results/schema/number.h"
#include "suites/description/lines.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

/// "host_memory#2" -> {"host_memory", 2}
std::pair<std::string, std::uint64_t> parse_task_id(const std::string& id) {
  const std::size_t mark = id.rfind('#');
  const auto repeat = parse_integer(mark == std::string::npos ? "" : id.substr(mark + 1));
  if (!repeat) throw FileError("journal", 0, "task", "found \"" + id + "\", expected STEP#REPEAT");
  return {id.substr(0, mark), *repeat};
}

JournalEvent event_now(std::string name,
                       std::vector<std::pair<std::string, std::string>> details = {}) {
  return {wall_now(), std::move(name), "", 0, std::move(details)};
}

RunOrder order_of(const JournalEvent& start) {
  RunOrder order;
  order.command = start.detail("command");
  order.host = {start.detail("host"), start.detail("instance_type"), ""};
  order.machine = start.detail("machine");
  order.accept = start.detail("accept") == "yes";
  order.look_gap = Seconds(parse_number(start.detail("look_gap")).value_or(0));
  order.baselines = words_of_lines(start.detail("baselines"));
  order.history = start.detail("history");
  order.rehearses = start.detail("rehearses");
  order.left_out = words_of_lines(start.detail("left_out"));
  return order;
}

}  // namespace

RunRecord::RunRecord(RunDirectory directory, Suite suite, RunOrder order)
    : directory_(std::move(directory)),
      suite_(std::move(suite)),
      order_(std::move(order)),
      journal_(directory_.journal()) {
  leave_out(suite_, order_.left_out);
  for (Task& task : tasks_of(suite_, {order_.host.host})) take(task);
}

RunRecord RunRecord::create(const fs::path& results, const Suite& suite, const RunOrder& order) {
  RunDirectory directory = RunDirectory::create(results, suite.name, wall_now(), order.run_name);
  Manifest manifest = order.manifest;
  if (manifest.empty()) {
    manifest.emplace_back();
    manifest.back().host = order.host.host;
    manifest.back().instance_type = order.host.instance_type;
  }
  CsvAppender<ManifestEntry>(directory.manifest()).append(manifest);
  fs::copy_file(suite.file, directory.suite());
  RunRecord record(std::move(directory), suite, order);
  // Only now can the run be continued: all that is needed for that is there.
  record.note("run_started", {{"plumbline", PLUMBLINE_VERSION},
                              {"command", order.command},
                              {"suite", suite.name},
                              {"suite_file", suite.file},
                              {"suite_hash", content_hash(suite.file)},
                              {"host", order.host.host},
                              {"instance_type", order.host.instance_type},
                              {"machine", order.machine},
                              {"accept", order.accept ? "yes" : "no"},
                              {"look_gap", format_number(order.look_gap.count())},
                              {"baselines", lines_of_words(order.baselines)},
                              {"history", order.history},
                              {"rehearses", order.rehearses},
                              {"left_out", lines_of_words(order.left_out)}});
  record.write_left_out(suite);
  record.write_context();
  return record;
}

RunRecord RunRecord::open(const fs::path& folder) {
  RunDirectory directory = RunDirectory::open(folder);
  const auto events = fs::exists(directory.journal()) ? read_journal(directory.journal())
                                                      : std::vector<JournalEvent>();
  if (events.empty() || events.front().event != "run_started") {
    throw FileError(directory.path().string(), 0, "",
                    "was killed before it began, or was not made by plumbline run: "
                    "nothing to continue, start it anew");
  }
  Suite suite = read_suite(directory.suite());
  RunRecord record(std::move(directory), std::move(suite), order_of(events.front()));
  record.replay(events);
  record.settle_unjournaled_ends();
  record.write_context();
  return record;
}

RowNames RunRecord::names() const {
  return {directory_.path(), directory_.name(), order_.host.host, order_.host.instance_type,
          order_.rehearses.empty() ? Provenance::measured : Provenance::simulated};
}

const TaskState* RunRecord::find(const std::string& id) const {
  const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const TaskState& state) { return state.task.id() == id; });
  return found == tasks_.end() ? nullptr : &*found;
}

TaskState* RunRecord::find(const std::string& id) {
  return const_cast<TaskState*>(std::as_const(*this).find(id));
}

const Step& RunRecord::step(const std::string& name) const {
  const auto found = std::find_if(suite_.steps.begin(), suite_.steps.end(),
                                  [&](const Step& step) { return step.name == name; });
  if (found == suite_.steps.end()) {
    throw FileError(directory_.suite().string(), 0, "step", "there is no step " + name);
  }
  return *found;
}

fs::path RunRecord::log(const TaskState& state) const {
  std::string name = file_safe(state.task.id());
  if (state.task.attempt != state.first_attempt) {
    name += ".attempt" + std::to_string(state.task.attempt);
  }
  return directory_.logs() / (name + ".log");
}

std::uint64_t RunRecord::next_attempt(const std::string& name) const {
  std::uint64_t last = 0;
  for (const TaskState& state : tasks_) {
    if (suite_step(state.task) == name) last = std::max(last, state.task.attempt);
  }
  return last + 1;
}

std::uint64_t RunRecord::last_look() const {
  std::uint64_t last = 1;
  for (const TaskState& state : tasks_) {
    const std::string& step = state.task.step;
    const std::size_t dot = step.find('.');
    if (dot == std::string::npos) continue;
    last = std::max(last, parse_integer(step.substr(4, dot - 4)).value_or(1));  // "look2.NAME"
  }
  return last;
}

void RunRecord::take(const Task& task) {
  if (TaskState* known = find(task.id())) {
    known->task = task;
    known->started = false;
    known->left_alone = false;
    known->outcome.reset();
    known->reason.clear();
    return;
  }
  TaskState state;
  state.task = task;
  state.first_attempt = task.attempt;
  tasks_.push_back(std::move(state));
}

void RunRecord::plan(const Task& task) {
  journal_.append({wall_now(),
                   "task_planned",
                   task.id(),
                   task.attempt,
                   {{"cases", lines_of_words(task.cases)}}});
  take(task);
}

void RunRecord::started(TaskState& state, const ProcessIdentity& process,
                        const std::vector<std::string>& command) {
  state.started = true;
  state.process = process;
  journal_.append({wall_now(),
                   "task_started",
                   state.task.id(),
                   state.task.attempt,
                   {{"pid", std::to_string(process.pid)},
                    {"start_ticks", std::to_string(process.start_ticks)},
                    {"boot", process.boot},
                    {"command", shell_line(command)}}});
}

void RunRecord::ended(TaskState& state, const TaskEnd& end) {
  const WallTime now = wall_now();
  CsvAppender<Measurement>(directory_.measurements())
      .append(task_row(state.task, end, names(), now));
  journal_.append(task_ended(state.task.id(), state.task.attempt, end, now));
  state.outcome = end.outcome;
  state.reason = end.reason;
}

void RunRecord::note(const std::string& event,
                     std::vector<std::pair<std::string, std::string>> details) {
  journal_.append(event_now(event, std::move(details)));
}

void RunRecord::replay(const std::vector<JournalEvent>& events) {
  for (const JournalEvent& event : events) {
    if (event.task.empty()) continue;
    if (event.event == "task_planned") {
      const auto [step_name, repeat] = parse_task_id(event.task);
      Task task;
      if (const TaskState* known = find(event.task)) {
        task = known->task;
        task.attempt = event.attempt;
      } else {
        task.step = step_name;
        task = task_again(step(suite_step(task)), step_name, repeat, event.attempt,
                          {order_.host.host});
        task.rest = order_.look_gap;
        task.cases = words_of_lines(event.detail("cases"));
      }
      take(task);
      continue;
    }
    TaskState* state = find(event.task);
    if (state == nullptr || state->task.attempt != event.attempt) continue;
    if (event.event == "task_started") {
      state->started = true;
      state->outcome.reset();
      state->process = {static_cast<pid_t>(parse_integer(event.detail("pid")).value_or(0)),
                        parse_integer(event.detail("start_ticks")).value_or(0),
                        event.detail("boot")};
    } else if (event.event == "task_ended") {
      state->outcome = task_outcome_names.find(event.detail("outcome"));
      state->reason = event.detail("reason");
    }
  }
}

/// A runner that was killed between the row of a task and the line in the journal: the row counts.
void RunRecord::settle_unjournaled_ends() {
  if (!fs::exists(directory_.measurements())) return;
  using Key = std::pair<std::string, std::uint64_t>;
  std::map<Key, std::size_t> journaled;
  for (const JournalEvent& event : read_journal(directory_.journal())) {
    if (event.event == "task_ended") ++journaled[{event.task, event.attempt}];
  }
  std::map<Key, std::pair<std::size_t, Measurement>> rows;
  read_csv<Measurement>(
      directory_.measurements(),
      [&](const Measurement& row) {
        if (!is_task_row(row)) return;
        auto& [count, last] = rows[{row.task, row.attempt}];
        ++count;
        last = row;
      },
      BadRows::collect);
  for (const auto& [key, found] : rows) {
    TaskState* state = find(key.first);
    if (found.first <= journaled[key] || state == nullptr || state->task.attempt != key.second) {
      continue;
    }
    const TaskEnd end = task_end_of_row(found.second);
    journal_.append({found.second.time,
                     "task_ended",
                     key.first,
                     key.second,
                     {{"outcome", task_outcome_names[end.outcome]}, {"reason", end.reason}}});
    state->outcome = end.outcome;
    state->reason = end.reason;
  }
}

/// What a rehearsal leaves out of a node's own steps is said in a row, or the report would miss it.
void RunRecord::write_left_out(const Suite& whole) const {
  if (order_.rehearses.empty()) return;
  std::vector<Measurement> rows;
  for (const Step& step : whole.steps) {
    if (step.on != Together::alone ||
        std::ranges::find(order_.left_out, step.name) == order_.left_out.end()) {
      continue;
    }
    TaskEnd end;
    end.outcome = TaskOutcome::left_out;
    end.reason = "no part of a rehearsal: " + step.probe + " can only measure the host itself";
    rows.push_back(
        task_row(task_again(step, step.name, 1, 1, {order_.host.host}), end, names(), wall_now()));
  }
  CsvAppender<Measurement>(directory_.measurements()).append(rows);
}

void RunRecord::write_context() const {
  const std::string& host = order_.host.host;
  std::vector<ContextEntry> facts = {
      {host, "runner.version", PLUMBLINE_VERSION},
      {host, "runner.command", order_.command},
      {host, "runner.suite", suite_.name},
      {host, "runner.suite_hash", content_hash(directory_.suite())},
  };
  CsvAppender<ContextEntry> appender(directory_.context());
  const auto known = read_all<ContextEntry>(directory_.context());
  std::erase_if(facts, [&](const ContextEntry& fact) {
    return std::find(known.begin(), known.end(), fact) != known.end();
  });
  appender.append(facts);
}

fs::path find_run(const std::string& name_or_path, const fs::path& results) {
  if (name_or_path.empty()) return RunDirectory::latest(results).path();
  const fs::path named = results / "runs" / name_or_path;
  const bool by_name = !fs::exists(name_or_path) && fs::exists(named);
  return RunDirectory::open(by_name ? named : fs::path(name_or_path)).path();
}

}  // namespace plumbline
