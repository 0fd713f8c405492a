#include "suites/simulation/run_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/schema/device.h"
#include "results/schema/in_order.h"
#include "results/schema/journal.h"
#include "results/schema/metric_meaning.h"
#include "suites/running/task_outcome.h"
#include "suites/simulation/model.h"

namespace plumbline::simulation {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr std::uint64_t day_s = 86'400;
constexpr std::uint64_t probe_s = 60;      ///< each probe takes so long
constexpr std::uint64_t attempt_s = 1200;  ///< and is begun again so much later
constexpr std::uint64_t first_round_s = 21'600;
constexpr std::uint64_t round_s = 300;
constexpr std::size_t rows_of_a_block = 8192;

/// The row of a task that ended with `outcome`.
Measurement row_of_task(const SimulatedFleet& fleet, const std::string& step, const std::string& id,
                        const std::string& probe, TaskOutcome outcome, const std::string& reason) {
  plumbline::Task task;
  task.step = step;
  task.probe = probe;
  TaskEnd end;
  end.outcome = outcome;
  end.elapsed = Seconds(static_cast<double>(probe_s));
  end.reason = reason;
  RowNames names;
  names.instance_type = fleet.machine.instance_type;
  names.provenance = Provenance::simulated;
  Measurement row = task_row(task, end, names, {});
  row.task = id;
  row.case_name = "runner.task/node/" + format_params(row.params);
  return row;
}

template <class Record>
void write_table(const fs::path& file, const std::vector<Record>& records) {
  CsvAppender<Record>(file).append(records);
}

RowValues values_of_task() {
  RowValues values;
  values.median = static_cast<double>(probe_s);
  return values;
}

/// True if this NIC of the node is not there.
bool is_absent(const SimulatedFleet& fleet, std::size_t node, const std::string& nic,
               std::uint64_t run) {
  return std::ranges::any_of(fleet.faults_of(node), [&](const Fault& fault) {
    return fault.kind() == FaultKind::absent && fault.is_in(run) && fault.subject == nic;
  });
}

/// The fault that ends the probe's task on this node; null for none.
const Fault* find_broken_task(const SimulatedFleet& fleet, std::size_t node,
                              const std::string& probe, std::uint64_t run) {
  for (const Fault& fault : fleet.faults_of(node)) {
    const bool ends_tasks = fault.kind() == FaultKind::hang || fault.kind() == FaultKind::crash;
    if (ends_tasks && fault.is_in(run) && fault.subject == probe) return &fault;
  }
  return nullptr;
}

}  // namespace

RunWriter::RunWriter(const SimulatedFleet& fleet, RunDirectory directory, std::uint64_t run,
                     unsigned threads)
    : fleet_(fleet),
      directory_(std::move(directory)),
      run_(run),
      threads_(threads),
      start_(fleet.world.start + seconds(day_s * run)),
      measurements_(directory_.measurements(), csv_header<Measurement>()) {
  for (const Series& series : fleet.machine.series) texts_.emplace_back(series.row);
  for (const std::string& probe : fleet.machine.probes) {
    tasks_.emplace_back(row_of_task(fleet, probe, probe + "#1", probe, TaskOutcome::ok, ""));
  }
  for (const PathKind& kind : fleet.machine.paths) {
    auto& of_rails = paths_.emplace_back();
    for (const std::string& nic : fleet.machine.nics) {
      Measurement row = kind.row;
      row.subject = nic;
      row.case_name = row.metric + '/' + nic + '>';
      row.median = kind.level;
      of_rails.emplace_back(row);
    }
  }
}

std::optional<fs::path> RunWriter::baselines() const {
  if (!brings_baselines(fleet_.world)) return std::nullopt;
  return directory_.path() / "baselines";
}

void RunWriter::journal(const std::string& event, std::uint64_t after_s,
                        std::vector<std::pair<std::string, std::string>> details,
                        const std::string& task) const {
  Journal(directory_.journal())
      .append({start_ + seconds(after_s), event, task, task.empty() ? 0U : 1U, std::move(details)});
}

void RunWriter::write_tables(const std::vector<Baseline>& baselines) {
  write_table(directory_.manifest(), fleet_.manifest);
  write_table(directory_.truth(), truth_of(fleet_, run_));
  std::set<std::string> known;
  std::vector<MetricMeaning> meanings;
  const auto mean = [&](const Measurement& row) {
    if (!known.insert(row.metric).second) return;
    meanings.push_back(
        {row.metric, row.unit, row.better,
         "Simulated from what the baseline expects of a " + fleet_.machine.instance_type});
  };
  for (const Series& series : fleet_.machine.series) mean(series.row);
  for (const PathKind& kind : fleet_.machine.paths) mean(kind.row);
  write_table(directory_.metrics(), meanings);
  if (const auto folder = this->baselines()) {
    fs::create_directories(*folder);
    std::vector<Baseline> told = baselines;
    std::erase_if(told, [](const Baseline& b) {
      return b.metric.starts_with("fleet.") && b.use == Use::context;
    });
    write_table(*folder / (fleet_.machine.instance_type + ".csv"), told);
  }
  if (fleet_.world.devices) {
    write_devices();
    write_context();
  }
  journal("run_started", 0,
          {{"command", "plumbline simulate " + fleet_.world.name},
           {"suite", fleet_.world.name},
           {"host", "simulation"},
           {"seed", std::to_string(fleet_.seed)}});
}

void RunWriter::write_devices() const {
  AppendFile file(directory_.devices(), csv_header<Device>());
  std::vector<std::pair<std::string, std::string>> devices;  // subject, kind
  for (const std::string& gpu : fleet_.machine.devices("gpu")) devices.emplace_back(gpu, "gpu");
  for (const std::string& nic : fleet_.machine.nics) devices.emplace_back(nic, "efa");
  in_order<std::string>(
      fleet_.nodes(), threads_,
      [&](std::size_t node, std::string& lines) {
        lines.clear();
        for (std::size_t i = 0; i < devices.size(); ++i) {
          const auto& [subject, kind] = devices[i];
          const std::size_t home = fleet_.home_of(node, subject, run_);
          Device device{fleet_.manifest[node].host, subject, kind, kind, "", "", "", {}};
          device.serial = fmt::format("S{:07}{:02}", home, i);
          if (kind == "gpu") device.uuid = fmt::format("GPU-{:08x}-{:07}-{}", fleet_.seed, home, i);
          lines += csv_line(device);
        }
      },
      [&](const std::string& lines) {
        if (!lines.empty()) file.append(lines);
      });
}

void RunWriter::write_context() const {
  AppendFile file(directory_.context(), csv_header<ContextEntry>());
  std::string lines;
  for (std::size_t node = 0; node < fleet_.nodes(); ++node) {
    const std::string& host = fleet_.manifest[node].host;
    lines += csv_line(ContextEntry{host, "simulated.world", fleet_.world.name});
    if (fleet_.cohort_of[node] >= fleet_.world.cohorts.size()) continue;
    const Cohort& cohort = fleet_.world.cohorts[fleet_.cohort_of[node]];
    if (run_ < cohort.from_run) continue;
    for (const auto& [key, value] : cohort.context)
      lines += csv_line(ContextEntry{host, key, value});
  }
  file.append(lines);
}

void RunWriter::write_blocks(std::size_t count, std::size_t rows_of_one,
                             const std::function<void(std::size_t, std::string&)>& append) {
  const std::size_t of_a_block = std::max<std::size_t>(1, rows_of_a_block / (rows_of_one + 1));
  in_order<std::string>(
      (count + of_a_block - 1) / of_a_block, threads_,
      [&](std::size_t block, std::string& lines) {
        lines.clear();
        const std::size_t end = std::min(count, (block + 1) * of_a_block);
        for (std::size_t i = block * of_a_block; i < end; ++i) append(i, lines);
      },
      [&](const std::string& lines) {
        if (lines.empty()) return;
        measurements_.append(lines);
        rows_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      });
}

std::string RunWriter::head_of(std::size_t node, std::size_t probe, std::uint64_t attempt) const {
  const std::uint64_t after = probe_s * (probe + 1) + attempt_s * (attempt - 1);
  return RowText::head(directory_.name(), start_ + seconds(after), fleet_.manifest[node].host);
}

void RunWriter::append_series(std::size_t node, std::size_t index, const std::string& head,
                              std::uint64_t attempt, std::string& lines) const {
  const Series& series = fleet_.machine.series[index];
  const TrueState state = true_state(fleet_, node, index, run_);
  if (state.is_absent) return;
  RowValues values;
  values.median = measured_value(fleet_, node, index, state.value, run_, attempt);
  if (!series.is_fact) {
    values.samples = samples_of_a_rate;
    values.within = series.noise.within;
    values.has_interval = true;
  }
  const bool is_other_text = state.text != nullptr && *state.text != series.row.text;
  if (state.transport == nullptr && !is_other_text) {
    texts_[index].append(head, values, attempt, lines);
    return;
  }
  Measurement row = series.row;
  if (state.transport != nullptr) row.transport = *state.transport;
  if (is_other_text) row.text = *state.text;
  RowText(row).append(head, values, attempt, lines);
}

void RunWriter::append_node(std::size_t node, std::string& lines) const {
  if (!fleet_.is_reachable(node, run_)) return;
  const Machine& machine = fleet_.machine;
  std::size_t begin = 0, end = 0;
  for (std::size_t probe = 0; probe < machine.probes.size(); ++probe, begin = end) {
    while (end < machine.series.size() && machine.series[end].probe == probe) ++end;
    for (std::uint64_t attempt = 1; attempt <= fleet_.world.repeats; ++attempt) {
      const std::string again = head_of(node, probe, attempt);
      for (std::size_t i = begin; i < end; ++i) append_series(node, i, again, attempt, lines);
    }
    const std::string head = head_of(node, probe, 1);
    const std::string& name = machine.probes[probe];
    const Fault* const broken = find_broken_task(fleet_, node, name, run_);
    if (broken == nullptr) {
      tasks_[probe].append(head, values_of_task(), 1, lines);
      continue;
    }
    const bool hangs = broken->kind() == FaultKind::hang;
    const Measurement row = row_of_task(
        fleet_, name, name + "#1", name, hangs ? TaskOutcome::timed_out : TaskOutcome::crashed,
        hangs ? "killed after its deadline of 600 s" : "ended with SIGSEGV");
    RowValues none;
    none.samples = 0;
    RowText(row).append(head, none, 1, lines);
  }
}

void RunWriter::write_nodes() {
  write_blocks(fleet_.nodes(), fleet_.machine.series.size() * fleet_.world.repeats,
               [&](std::size_t node, std::string& lines) { append_node(node, lines); });
}

void RunWriter::append_pair(const schedule::Pair& pair, const std::string& name,
                            std::uint64_t round, std::string& lines) const {
  const WallTime time = start_ + seconds(first_round_s + round_s * round);
  const std::string& host_a = fleet_.manifest[pair.a].host;
  const std::string& host_b = fleet_.manifest[pair.b].host;
  const std::string task = fmt::format("{}@{}+{}", name, host_a, host_b);
  const bool both = fleet_.is_reachable(pair.a, run_) && fleet_.is_reachable(pair.b, run_);
  for (const auto& [from, to] : {std::pair(pair.a, pair.b), std::pair(pair.b, pair.a)}) {
    if (!fleet_.is_reachable(from, run_)) continue;
    const std::string& other = fleet_.manifest[to].host;
    const std::string head = RowText::head(directory_.name(), time, fleet_.manifest[from].host);
    const Measurement ended =
        row_of_task(fleet_, task, task, "efa", both ? TaskOutcome::ok : TaskOutcome::failed,
                    both ? "" : other + " could not be reached");
    RowValues of_task = values_of_task();
    if (!both) of_task.samples = 0;
    RowText(ended).append(head, of_task, 1, lines);
    if (!both) continue;
    for (std::size_t kind = 0; kind < paths_.size(); ++kind) {
      const PathKind& path = fleet_.machine.paths[kind];
      const std::string* const transport = other_transport(fleet_, from, path.row.metric, run_);
      for (std::size_t rail = 0; rail < paths_[kind].size(); ++rail) {
        const std::string& nic = fleet_.machine.nics[rail];
        if (is_absent(fleet_, from, nic, run_) || is_absent(fleet_, to, nic, run_)) continue;
        RowValues values;
        values.median = path.level;
        if (!path.is_fact) {
          values.median = path_rate(fleet_, {kind, from, to, rail, run_, round});
          values.samples = samples_of_a_rate;
          values.within = fleet_.world.noise.within;
          values.has_interval = true;
        }
        const std::string peer = other + '/' + nic;
        if (transport == nullptr) {
          paths_[kind][rail].append_path(head, values, peer, task, lines);
          continue;
        }
        Measurement row = path.row;
        row.subject = nic;
        row.case_name = row.metric + '/' + nic + '>';
        row.median = path.level;
        row.transport = *transport;
        RowText(row).append_path(head, values, peer, task, lines);
      }
    }
  }
}

void RunWriter::write_round(const schedule::Round& round, const std::string& name) {
  const std::uint64_t number = rounds_++;
  const std::size_t rows_of_pair = 2 * (1 + paths_.size() * fleet_.machine.nics.size());
  write_blocks(round.pairs.size(), rows_of_pair, [&](std::size_t i, std::string& lines) {
    append_pair(round.pairs[i], name, number, lines);
  });
}

void RunWriter::write_again(const std::vector<Again>& again) {
  write_blocks(again.size(), 1, [&](std::size_t i, std::string& lines) {
    const auto& [node, series, attempt] = again[i];
    const std::size_t probe = fleet_.machine.series[series].probe;
    append_series(node, series, head_of(node, probe, attempt), attempt, lines);
  });
}

void RunWriter::finish() {
  const bool is_cut = std::ranges::any_of(fleet_.fleet_faults, [&](const Fault& fault) {
    return fault.kind() == FaultKind::unfinished && fault.is_in(run_);
  });
  if (is_cut) {
    journal("task_started", day_s / 2, {{"command", "plumbline-probe-efa"}}, "efa#2");
    return;
  }
  journal("measured", day_s / 2, {});
  journal("run_ended", day_s / 2, {});
}

}  // namespace plumbline::simulation
