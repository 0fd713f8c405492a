#include "suites/verbs/fleet_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <tuple>
#include <utility>

#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "suites/fleet/fleet_looks.h"
#include "suites/fleet/fleet_run.h"
#include "suites/fleet/reach.h"
#include "suites/hosts/host_list.h"
#include "suites/launch/capture.h"
#include "suites/schedule/suspects.h"
#include "suites/verbs/session.h"

namespace plumbline {
namespace {

/// The hosts of the Slurm allocation that this process is in.
std::vector<ListedHost> hosts_of_allocation() {
  const char* nodes = std::getenv("SLURM_JOB_NODELIST");
  if (nodes == nullptr) {
    throw FileError("--slurm", 0, "",
                    "there is no allocation here (SLURM_JOB_NODELIST is not set); ask for one: "
                    "salloc --nodes=N --exclusive plumbline accept --slurm");
  }
  return parse_host_list(nodes, "SLURM_JOB_NODELIST");
}

/// The hosts with what the manifest knows about them; all of the manifest's if none are named.
void take_hosts(FleetRunOrder& order, const FleetOptions& options,
                const std::string& manifest_file) {
  const auto listed = options.slurm ? hosts_of_allocation() : hosts_of(options.hosts);
  Manifest known;
  if (!manifest_file.empty()) known = read_all<ManifestEntry>(manifest_file);
  if (!known.empty()) hosts_in(known, manifest_file);  // refuses what cannot be one
  std::map<std::string, const ManifestEntry*> by_name;
  for (const ManifestEntry& node : known) by_name[node.host] = &node;
  for (const ListedHost& host : listed) {
    ManifestEntry node;
    if (const auto found = by_name.find(host.name); found != by_name.end()) {
      node = *found->second;
      by_name.erase(found);
    } else if (!known.empty()) {
      throw FileError(manifest_file, 0, "host", "does not list " + host.name);
    }
    node.host = host.name;
    if (node.instance_type.empty()) node.instance_type = order.instance_type;
    order.manifest.push_back(std::move(node));
    order.addresses.push_back(host.address);
  }
  // What should be there and is not among the hosts stays in the denominator, as not tested.
  for (const auto& [name, node] : by_name) {
    order.manifest.push_back(*node);
    order.addresses.push_back(name);
  }
}

/// The suspects of a file, who are hosts of the run, each once.
std::vector<SuspectedNode> suspects_in(const std::string& file, const Manifest& hosts,
                                       const Suite& suite) {
  if (std::ranges::none_of(suite.steps,
                           [](const Step& step) { return step.on == Together::pairs; })) {
    throw FileError(suite.file.string(), 0, "",
                    "has no step on pairs, in which those of " + file + " could be tested again");
  }
  const schedule::Fleet fleet = schedule::fleet_of(hosts);
  return schedule::named(fleet, schedule::read_suspects(file, fleet));
}

Reach reach_of(const FleetRunOrder& order) {
  const auto command = words_of_command(order.engine_command);
  if (order.engine == Engine::srun) return reach_by_srun({.command = command, .bin = order.bin});
  if (order.engine == Engine::mpirun) {
    return reach_by_mpirun({.command = command, .bin = order.bin});
  }
  return reach_by_ssh({.command = command, .bin = order.bin, .at_once = order.at_once});
}

int finish(FleetRecord& record, bool quiet, const InstallTree& tree) {
  Interruption interruption;
  FleetRunner runner{.reach = reach_of(record.order()), .interruption = interruption};
  const bool moves = !quiet && ::isatty(1) == 1;
  if (!quiet) {
    runner.say = [moves](const std::string& sentence) {
      std::cout << (moves ? "\r\x1b[K" : "") << sentence << std::endl;
    };
  }
  if (moves) {
    runner.tick = [](const std::string& stage, std::size_t ended, std::size_t of) {
      std::cout << fmt::format("\r\x1b[K{}: {} of {} have ended", stage, ended, of) << std::flush;
    };
  }
  const std::string folder = record.directory().path();
  if (runner.say) runner.say("the run is " + folder);
  const Judge judge{tree.bin, quiet, record.order().history};
  if (!run_fleet(record, runner, judge) ||
      (record.order().accept && !look_again(record, runner, judge))) {
    record.note("interrupted", {{"signal", signal_name(*interruption.signal())}});
    std::cerr << interrupted_words(interruption, folder);
    return exit_interrupted;
  }
  record.note("measured");  // the report, made next, tells when
  if (!record.order().accept) {
    record.note("run_ended");
    if (runner.say) runner.say("Judge it: plumbline report " + shell_line({folder}));
    return record.all_well() ? exit_ok : exit_incomplete;
  }
  const Acceptance verdict =
      judge_run(record.directory(), record.order().baselines, judge, true, interruption);
  if (!verdict.problem.empty()) std::cerr << verdict.problem << '\n';
  if (verdict.exit_code != exit_interrupted) {
    record.note("run_ended", {{"verdict", std::to_string(verdict.exit_code)}});
  }
  return verdict.exit_code;
}

constexpr const char* many_hosts = "Many hosts";

/// What starts things on the hosts, with its command.
std::pair<Engine, std::string> engine_of(const FleetOptions& options) {
  if (options.slurm) return {Engine::srun, options.srun};
  if (!options.mpirun.empty()) return {Engine::mpirun, options.mpirun};
  return {Engine::ssh, options.ssh};
}

}  // namespace

void FleetOptions::add_hosts_to(CLI::App& app) {
  auto* list = app.add_option("--hosts", hosts,
                              "These hosts, not this one: a file with a host on each line, or "
                              "a,b,n[01-16]; reached by ssh")
                   ->type_name("FILE|LIST")
                   ->group(many_hosts);
  app.add_flag("--slurm", slurm, "The hosts of the Slurm allocation that this runs in")
      ->excludes(list)
      ->group(many_hosts);
  app.add_option("--seed", seed, "Of the random rounds of pairs; by default a new one each time")
      ->group(many_hosts);
}

void FleetOptions::add_to(CLI::App& app) {
  add_hosts_to(app);
  app.add_option("--ssh", ssh, "The command for a host, with its options")
      ->type_name("COMMAND")
      ->capture_default_str()
      ->group(many_hosts);
  app.add_option("--srun", srun, "The command for all hosts, with more options")
      ->type_name("COMMAND")
      ->capture_default_str()
      ->group(many_hosts);
  app.add_option("--mpirun", mpirun,
                 "Start on the hosts of --hosts by this rather than by ssh: mpirun, with more "
                 "options; one for each host, all at once")
      ->type_name("COMMAND")
      ->needs("--hosts")
      ->group(many_hosts);
  app.add_option("--remote-bin", remote_bin,
                 "Where plumbline's programs are on the hosts; by default as here")
      ->type_name("DIR")
      ->group(many_hosts);
  app.add_option("--suspects", suspects,
                 "Test these hosts again after the rounds of pairs, not those that stand out: a "
                 "suspects.csv as plumbline report writes it")
      ->type_name("FILE")
      ->group(many_hosts);
  app.add_option("--at-once", at_once,
                 "So many ssh connections from here; of more hosts, some lead to others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(many_hosts);
  app.add_option("--hosts-lock-file", hosts_lock,
                 "--lock-file of the hosts' own runs; {host} in it stands for the name")
      ->type_name("FILE")
      ->group(many_hosts);
}

Manifest manifest_of(const FleetOptions& options, const std::string& manifest) {
  FleetRunOrder order;
  take_hosts(order, options, manifest);
  return order.manifest;
}

int start_fleet(const FleetStart& start, const FleetOptions& options, const InstallTree& tree) {
  const Suite suite = read_suite(find_suite(start.suite, tree.suites()));
  FleetRunOrder order = start.order;
  order.machine = identify_host().host;
  take_hosts(order, options, start.manifest);
  if (!options.suspects.empty()) {
    order.suspects = suspects_in(options.suspects, order.manifest, suite);
  }
  std::tie(order.engine, order.engine_command) = engine_of(options);
  order.bin = options.remote_bin.empty() ? tree.bin.string() : options.remote_bin;
  order.at_once = options.at_once;
  order.lock_file = options.hosts_lock;
  order.seed = options.seed ? *options.seed : std::random_device()();
  FleetRecord record = FleetRecord::create(start.results, suite, order, start.run_name);
  return finish(record, start.quiet, tree);
}

int resume_fleet(const std::filesystem::path& folder, bool quiet, const InstallTree& tree) {
  FleetRecord record = FleetRecord::open(folder);
  record.note("resumed");
  return finish(record, quiet, tree);
}

int retry_fleet(const std::filesystem::path& folder, bool quiet, const InstallTree& tree,
                const std::string& command,
                const std::function<bool(const FleetTask& task, TaskOutcome outcome)>& chosen,
                const std::vector<std::string>& words) {
  FleetRecord record = FleetRecord::open(folder);
  const std::size_t count = record.retry(chosen, words);
  record.note("retried", {{"command", command}, {"tasks", std::to_string(count)}});
  if (!quiet) {
    std::cout << fmt::format("{} task{} to run again", count, count == 1 ? "" : "s") << std::endl;
  }
  return finish(record, quiet, tree);
}

}  // namespace plumbline
