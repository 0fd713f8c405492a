#include "suites/fleet/task_orders.h"

#include <fmt/format.h>

#include <cmath>
#include <random>
#include <set>

#include "results/schema/number.h"
#include "suites/description/bytes.h"
#include "suites/description/fnv1a.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

std::string with_host(std::string word, const std::string& host) {
  constexpr std::string_view place = "{host}";
  if (const std::size_t at = word.find(place); at != std::string::npos) {
    word.replace(at, place.size(), host);
  }
  return word;
}

/// The baselines that the runner has, as files of the host's folder; returns the options that name
/// them there.
std::vector<std::string> add_baselines(const FleetRecord& record, HostOrder& order) {
  std::vector<std::string> options;
  const fs::path learned = record.directory().path().parent_path().parent_path() / "baselines";
  if (fs::is_directory(learned)) {
    for (const auto& entry : fs::directory_iterator(learned)) {
      if (entry.path().extension() != ".csv") continue;
      order.files["results/baselines/" + entry.path().filename().string()] = bytes_of(entry.path());
    }
  }
  for (std::size_t i = 0; i < record.order().baselines.size(); ++i) {
    const fs::path given = record.order().baselines[i];
    const std::string there = fmt::format("baselines/{}", i);
    if (!fs::is_directory(given)) {
      const std::string file = there + '/' + given.filename().string();
      order.files[file] = bytes_of(given);
      options.insert(options.end(), {"--baselines", "{folder}/" + file});
      continue;
    }
    for (const auto& entry : fs::directory_iterator(given)) {
      if (entry.path().extension() != ".csv") continue;
      order.files[there + '/' + entry.path().filename().string()] = bytes_of(entry.path());
    }
    options.insert(options.end(), {"--baselines", "{folder}/" + there});
  }
  return options;
}

/// Of a host by itself: what its steps may take, and its looks.
Seconds deadline_alone(const FleetRecord& record) {
  Seconds all{0};
  for (const Step& step : record.suite().steps) {
    if (step.on == Together::alone) all += step.deadline * static_cast<double>(step.repeats);
  }
  constexpr double most_looks = 4;
  return all * (record.order().accept ? most_looks : 1) + Seconds{600};
}

/// Below the ports that the kernel gives to others. Two tasks that get the same one run on
/// different hosts or at different times.
unsigned port_of(const std::string& task, std::uint64_t attempt) {
  Fnv1a hash;
  for (const char c : task + '#' + std::to_string(attempt)) hash.feed(c);
  constexpr unsigned first = 12000, count = 16000;
  return first + static_cast<unsigned>(hash.value() % count);
}

std::string random_token() {
  std::random_device device;
  std::string token;
  for (int i = 0; i < 4; ++i) token += fmt::format("{:08x}", device());
  return token;
}

/// Of a task on several hosts that is begun or goes on. Cases that failed because the others were
/// killed with their runner are measured again: in another attempt.
std::uint64_t attempt_of(const FleetRecord& record, const std::string& id,
                         const std::string& leader) {
  std::set<std::uint64_t> with_failures;
  const fs::path rows = record.parts().folder(id, leader) / "measurements.csv";
  if (fs::exists(rows)) {
    read_csv<Measurement>(
        rows,
        [&](const Measurement& row) {
          if (row.outcome == Outcome::failed) with_failures.insert(row.attempt);
        },
        BadRows::collect);
  }
  std::uint64_t attempt = record.next_attempt(id);
  while (with_failures.contains(attempt)) ++attempt;
  return attempt;
}

/// "10.0.0.1" of "user@10.0.0.1".
std::string network_address(const FleetRecord& record, std::size_t host) {
  const std::string& address = record.order().addresses[host];
  if (address.empty()) return record.order().manifest[host].host;
  return address.substr(address.find('@') + 1);  // npos + 1 is 0
}

}  // namespace

PlannedTask task_on_host(const FleetRecord& record, std::size_t host) {
  const FleetRunOrder& run = record.order();
  const std::string& name = run.manifest[host].host;
  PlannedTask planned;
  planned.task = {"nodes@" + name, "nodes", "", {name}, record.next_attempt("nodes@" + name)};
  HostOrder order{name, run.addresses[host], planned.task.id, {}, deadline_alone(record), {}};
  order.files = record.parts().files(planned.task.id, name);
  order.files["suite.toml"] = bytes_of(record.directory().suite());
  const std::string folder = "results/runs/" + record.directory().name();
  const auto journal = order.files.find(folder + "/journal.jsonl");
  const auto baselines = add_baselines(record, order);
  if (journal != order.files.end() && !journal->second.empty()) {
    const std::vector<std::string>* const retry = record.retry_words(planned.task.id);
    order.command = {"plumbline", retry ? "retry" : "resume", "{folder}/" + folder};
    if (std::string asked = record.asked(name); retry && !asked.empty()) {
      order.files[asked_file] = std::move(asked);
    }
    if (retry) order.command.insert(order.command.end(), retry->begin(), retry->end());
  } else {
    order.files.erase(folder + "/manifest.csv");  // a run that had not begun
    order.files.erase(folder + "/suite.toml");
    order.command = {"plumbline",  run.accept ? "accept" : "run", "{folder}/suite.toml",
                     "--run-name", record.directory().name(),     "--host",
                     name};
    const std::string& type = run.manifest[host].instance_type;
    if (!type.empty()) order.command.insert(order.command.end(), {"--instance-type", type});
    if (run.accept) {
      order.command.insert(order.command.end(), baselines.begin(), baselines.end());
      order.command.insert(order.command.end(),
                           {"--look-gap", format_number(run.look_gap.count())});
    }
  }
  order.command.insert(order.command.end(), {"--results", "{folder}/results", "--quiet"});
  if (!run.lock_file.empty()) {
    order.command.insert(order.command.end(), {"--lock-file", with_host(run.lock_file, name)});
  }
  planned.orders.push_back(std::move(order));
  return planned;
}

PlannedTask task_together(const FleetRecord& record, const Step& step, const std::string& id,
                          const std::vector<std::size_t>& hosts) {
  const FleetRunOrder& run = record.order();
  PlannedTask planned;
  planned.task = {
      id, step.name, step.probe, {}, attempt_of(record, id, run.manifest[hosts.front()].host)};
  const std::string meeting = fmt::format("{}:{}", network_address(record, hosts.front()),
                                          port_of(id, planned.task.attempt));
  const std::string token = random_token();
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    const ManifestEntry& node = run.manifest[hosts[rank]];
    planned.task.hosts.push_back(node.host);
    HostOrder order{node.host, run.addresses[hosts[rank]], id, {}, step.deadline, {}};
    if (rank == 0) order.files = record.parts().files(id, node.host);
    order.command = {"plumbline-probe-" + step.probe};
    order.command.insert(order.command.end(), step.options.begin(), step.options.end());
    if (!step.filter.empty()) order.command.push_back("--benchmark_filter=" + step.filter);
    if (step.samples) order.command.emplace_back("--samples");
    order.command.insert(order.command.end(),
                         {"--ranks", std::to_string(hosts.size()), "--rank", std::to_string(rank),
                          "--rendezvous", meeting, "--token", token, "--out", "{folder}", "--run",
                          record.directory().name(), "--host", node.host, "--task", id, "--attempt",
                          std::to_string(planned.task.attempt), "--skip-done"});
    if (!node.instance_type.empty()) {
      order.command.insert(order.command.end(), {"--instance-type", node.instance_type});
    }
    planned.orders.push_back(std::move(order));
  }
  return planned;
}

}  // namespace plumbline
