#include "suites/fleet/fleet_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/schema/file_error.h"
#include "results/schema/number.h"
#include "suites/description/lines.h"
#include "suites/schedule/suspects.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

constexpr const char* start_event = "fleet_run_started";
constexpr const char* suspects_event = "suspects_chosen";

std::vector<JournalEvent> events_of(const fs::path& folder) {
  const RunDirectory run = RunDirectory::at(folder);
  return fs::exists(run.journal()) ? read_journal(run.journal()) : std::vector<JournalEvent>();
}

FleetRunOrder order_of(const JournalEvent& start, const RunDirectory& run) {
  FleetRunOrder order;
  order.command = start.detail("command");
  order.machine = start.detail("machine");
  order.accept = start.detail("accept") == "yes";
  order.look_gap = Seconds(parse_number(start.detail("look_gap")).value_or(0));
  order.baselines = words_of_lines(start.detail("baselines"));
  order.history = start.detail("history");
  order.manifest = read_all<ManifestEntry>(run.manifest());
  order.addresses = words_of_lines(start.detail("addresses"));
  order.instance_type = start.detail("instance_type");
  order.engine = engine_names.find(start.detail("engine")).value_or(Engine::ssh);
  order.engine_command = start.detail("engine_command");
  order.bin = start.detail("bin");
  order.at_once = parse_integer(start.detail("at_once")).value_or(order.at_once);
  order.lock_file = start.detail("lock_file");
  order.seed = parse_integer(start.detail("seed")).value_or(0);
  if (fs::exists(run.given_suspects())) {
    const schedule::Fleet fleet = schedule::fleet_of(order.manifest);
    order.suspects = schedule::named(fleet, schedule::read_suspects(run.given_suspects(), fleet));
  }
  if (order.addresses.size() != order.manifest.size()) {
    throw FileError(run.journal().string(), 1, "addresses",
                    fmt::format("found {} for {} hosts in manifest.csv", order.addresses.size(),
                                order.manifest.size()));
  }
  return order;
}

/// "n3: 13 % below ...": a line each. No host has a blank in its name, no reason a line break.
std::string lines_of_suspects(const std::vector<SuspectedNode>& suspects) {
  std::vector<std::string> lines;
  for (const SuspectedNode& node : suspects) lines.push_back(node.host + ": " + node.reason);
  return lines_of_words(lines);
}

SuspectChoice choice_of(const JournalEvent& event) {
  SuspectChoice choice;
  choice.source = suspect_source_names.find(event.detail("source")).value_or(choice.source);
  choice.measured = event.detail("measured");
  choice.problem = event.detail("problem");
  for (const std::string& line : words_of_lines(event.detail("suspects"))) {
    const std::size_t colon = std::min(line.find(": "), line.size());
    choice.suspects.push_back(
        {line.substr(0, colon), line.substr(std::min(colon + 2, line.size()))});
  }
  return choice;
}

}  // namespace

FleetRecord::FleetRecord(RunDirectory directory, Suite suite, FleetRunOrder order)
    : directory_(std::move(directory)),
      suite_(std::move(suite)),
      order_(std::move(order)),
      journal_(directory_.journal()),
      parts_(directory_) {}

FleetRecord FleetRecord::create(const fs::path& results, const Suite& suite,
                                const FleetRunOrder& order, const std::string& run_name) {
  RunDirectory directory = RunDirectory::create(results, suite.name, wall_now(), run_name);
  CsvAppender<ManifestEntry>(directory.manifest()).append(order.manifest);
  fs::copy_file(suite.file, directory.suite());
  if (order.suspects) {
    CsvAppender<SuspectedNode>(directory.given_suspects()).append(*order.suspects);
  }
  FleetRecord record(std::move(directory), suite, order);
  record.note(start_event, {{"plumbline", PLUMBLINE_VERSION},
                            {"command", order.command},
                            {"suite", suite.name},
                            {"suite_hash", content_hash(suite.file)},
                            {"machine", order.machine},
                            {"accept", order.accept ? "yes" : "no"},
                            {"look_gap", format_number(order.look_gap.count())},
                            {"baselines", lines_of_words(order.baselines)},
                            {"history", order.history},
                            {"addresses", lines_of_words(order.addresses)},
                            {"instance_type", order.instance_type},
                            {"engine", engine_names[order.engine]},
                            {"engine_command", order.engine_command},
                            {"bin", order.bin},
                            {"at_once", std::to_string(order.at_once)},
                            {"lock_file", order.lock_file},
                            {"seed", std::to_string(order.seed)}});
  return record;
}

FleetRecord FleetRecord::open(const fs::path& folder) {
  RunDirectory directory = RunDirectory::open(folder);
  const auto events = events_of(folder);
  if (events.empty() || events.front().event != start_event) {
    throw FileError(directory.path().string(), 0, "", "is no run on many hosts");
  }
  FleetRunOrder order = order_of(events.front(), directory);
  Suite suite = read_suite(directory.suite());
  FleetRecord record(std::move(directory), std::move(suite), std::move(order));
  for (const JournalEvent& event : events) {
    if (event.event == "step_begins") {
      record.beginnings_[event.detail("step")].push_back(words_of_lines(event.detail("hosts")));
    }
    if (event.event == suspects_event) {
      record.suspects_[event.detail("step")] = choice_of(event);
    }
    if (event.event == "task_started") {
      record.ended_.erase(event.task);
      record.begun_[event.task] = {event.task, event.detail("step"), event.detail("probe"),
                                   words_of_lines(event.detail("hosts")), event.attempt};
    }
    if (event.event != "task_ended") continue;
    const auto outcome = task_outcome_names.find(event.detail("outcome"));
    if (outcome) record.ended_[event.task] = *outcome;
    record.attempts_[event.task] = event.attempt;
  }
  record.settle_unjournaled_ends();
  return record;
}

/// A runner that was killed between the rows of a task and the line in the journal: the rows count.
void FleetRecord::settle_unjournaled_ends() {
  if (!fs::exists(parts_.own_rows())) return;
  read_csv<Measurement>(
      parts_.own_rows(),
      [&](const Measurement& row) {
        const auto known = attempts_.find(row.task);
        if (known != attempts_.end() && known->second >= row.attempt) return;
        const TaskEnd end = task_end_of_row(row);
        journal_.append({row.time,
                         "task_ended",
                         row.task,
                         row.attempt,
                         {{"outcome", task_outcome_names[end.outcome]}, {"reason", end.reason}}});
        ended_[row.task] = end.outcome;
        attempts_[row.task] = row.attempt;
      },
      BadRows::collect);
}

bool FleetRecord::all_well() const {
  return std::ranges::all_of(ended_,
                             [](const auto& task) { return task.second == TaskOutcome::ok; });
}

std::uint64_t FleetRecord::next_attempt(const std::string& task) const {
  const auto found = attempts_.find(task);
  return found == attempts_.end() ? 1 : found->second + 1;
}

std::optional<TaskOutcome> FleetRecord::outcome(const std::string& task) const {
  const auto found = ended_.find(task);
  return found == ended_.end() ? std::nullopt : std::optional(found->second);
}

void FleetRecord::started(const FleetTask& task) {
  journal_.append(
      {wall_now(),
       "task_started",
       task.id,
       task.attempt,
       {{"step", task.step}, {"probe", task.probe}, {"hosts", lines_of_words(task.hosts)}}});
  ended_.erase(task.id);
  begun_[task.id] = task;
}

void FleetRecord::ended(const FleetTask& task, const TaskEnd& end,
                        std::vector<std::string> blamed) {
  const WallTime now = wall_now();
  if (blamed.empty()) blamed = task.hosts;
  std::vector<Measurement> rows;
  for (const std::string& host : blamed) {
    const RowNames names{{}, directory_.name(), host, order_.instance_type};
    Task as_task;
    as_task.step = task.id;
    as_task.probe = task.probe;
    as_task.attempt = task.attempt;
    Measurement row = task_row(as_task, end, names, now);
    row.task = task.id;
    rows.push_back(std::move(row));
  }
  CsvAppender<Measurement>(parts_.own_rows()).append(rows);
  journal_.append(task_ended(task.id, task.attempt, end, now));
  ended_[task.id] = end.outcome;
  attempts_[task.id] = task.attempt;
}

FleetTask FleetRecord::latest(FleetTask task) const {
  if (const auto found = attempts_.find(task.id); found != attempts_.end()) {
    task.attempt = found->second;
  }
  return task;
}

std::size_t FleetRecord::retry(
    const std::function<bool(const FleetTask& task, TaskOutcome outcome)>& chosen,
    std::vector<std::string> words) {
  retry_words_ = std::move(words);
  for (const auto& [id, outcome] : ended_) {
    const auto task = begun_.find(id);
    if (task != begun_.end() && chosen(task->second, outcome)) retried_.insert(id);
  }
  for (const std::string& id : retried_) ended_.erase(id);
  return retried_.size();
}

void FleetRecord::ask(const std::map<std::string, std::vector<Finding>>& by_host) {
  retried_.clear();
  asked_.clear();
  retry_words_ = {"--findings", "{folder}/" + std::string(asked_file)};
  for (const auto& [host, findings] : by_host) {
    std::string& table = asked_[host];
    table = csv_header<Finding>();
    for (const Finding& finding : findings) table += csv_line(finding);
    retried_.insert("nodes@" + host);
    ended_.erase("nodes@" + host);
  }
}

std::string FleetRecord::asked(const std::string& host) const {
  const auto found = asked_.find(host);
  return found == asked_.end() ? std::string() : found->second;
}

const std::vector<std::string>* FleetRecord::retry_words(const std::string& task) const {
  return retried_.contains(task) ? &retry_words_ : nullptr;
}

std::vector<FleetTask> FleetRecord::killed() const {
  std::vector<FleetTask> tasks;
  for (const auto& [id, outcome] : ended_) {
    const auto task = begun_.find(id);
    if (outcome == TaskOutcome::killed && task != begun_.end()) tasks.push_back(task->second);
  }
  return tasks;
}

std::vector<std::vector<std::string>> FleetRecord::beginnings(const std::string& step) const {
  const auto found = beginnings_.find(step);
  return found == beginnings_.end() ? std::vector<std::vector<std::string>>() : found->second;
}

void FleetRecord::note_beginning(const std::string& step, std::vector<std::string> hosts) {
  std::sort(hosts.begin(), hosts.end());
  note("step_begins", {{"step", step}, {"hosts", lines_of_words(hosts)}});
  beginnings_[step].push_back(std::move(hosts));
}

const SuspectChoice* FleetRecord::suspect_choice(const std::string& step) const {
  const auto found = suspects_.find(step);
  return found == suspects_.end() ? nullptr : &found->second;
}

void FleetRecord::note_suspects(const std::string& step, SuspectChoice choice) {
  note(suspects_event, {{"step", step},
                        {"source", suspect_source_names[choice.source]},
                        {"measured", choice.measured},
                        {"suspects", lines_of_suspects(choice.suspects)},
                        {"problem", choice.problem}});
  suspects_[step] = std::move(choice);
}

void FleetRecord::note(const std::string& event,
                       std::vector<std::pair<std::string, std::string>> details) {
  journal_.append({wall_now(), event, "", 0, std::move(details)});
}

bool is_fleet_run(const fs::path& folder) {
  const auto events = events_of(folder);
  return !events.empty() && events.front().event == start_event;
}

}  // namespace plumbline
