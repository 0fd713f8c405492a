#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "suites/running/old_runs.h"
#include "suites/verbs/fleet_session.h"
#include "suites/verbs/session.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

/// What `run` and `accept` have in common.
struct StartOptions {
  SessionOptions session;
  std::string suite;
  std::string host;
  std::string instance_type;
  std::string manifest;
  std::string run_name;
  std::optional<unsigned> keep_days;
  FleetOptions fleet;

  void add_to(CLI::App& app) {
    session.add_to(app);
    app.add_option("--host", host, "This host's name in the rows; by default its own");
    app.add_option("--instance-type", instance_type,
                   "This host's type; by default the DMI product name");
    app.add_option("--manifest", manifest,
                   "The nodes that there should be (manifest.csv); by default this host alone")
        ->type_name("FILE");
    app.add_option("--run-name", run_name,
                   "The run's folder below DIR/runs; by default the time and the suite's name");
    app.add_option("--keep-days", keep_days,
                   "Afterwards remove this host's runs of this suite that are older; kept in any "
                   "case: the newest, and all that rejected")
        ->type_name("N");
    fleet.add_to(app);
  }
};

Manifest read_manifest(const std::string& file, const HostIdentity& host) {
  if (file.empty()) return {};
  Manifest manifest = read_all<ManifestEntry>(file);
  const bool listed = std::any_of(manifest.begin(), manifest.end(), [&](const ManifestEntry& node) {
    return node.host == host.host;
  });
  if (!listed) {
    throw FileError(file, 0, "host",
                    "does not list this host, " + host.host + "; --host gives it another name");
  }
  return manifest;
}

int start_on_hosts(const StartOptions& options, const RunOrder& order, const InstallTree& tree) {
  FleetStart start;
  start.results = options.session.results;
  start.suite = options.suite;
  start.run_name = options.run_name;
  start.manifest = options.manifest;
  start.quiet = options.session.quiet || options.session.quiet_if_ok;
  start.order.command = order.command;
  start.order.accept = order.accept;
  start.order.look_gap = order.look_gap;
  start.order.baselines = order.baselines;
  start.order.history = order.history;
  start.order.instance_type = options.instance_type;
  return start_fleet(start, options.fleet, tree);
}

int start(const StartOptions& options, RunOrder order, const InstallTree& tree) {
  if (options.fleet.wanted()) return start_on_hosts(options, order, tree);
  if (!options.fleet.suspects.empty()) {
    throw FileError(options.fleet.suspects, 0, "",
                    "names hosts that are to be tested again in pairs, and this run is of one "
                    "host: --hosts or --slurm says which others there are");
  }
  const Suite suite = read_suite(find_suite(options.suite, tree.suites()));
  order.host = this_host(options.host, options.instance_type);
  order.machine = identify_host().host;
  order.manifest = read_manifest(options.manifest, order.host);
  order.run_name = options.run_name;
  order.left_out = steps_not_on(suite, Together::alone);  // they need more than one host
  Session session(options.session, tree);
  RunRecord record = RunRecord::create(options.session.results, suite, order);
  if (!order.left_out.empty()) {
    session.progress().say(
        fmt::format("left out, because it takes more hosts (--hosts, --slurm): {}",
                    fmt::join(order.left_out, ", ")));
  }
  session.begin(record);
  const int code = session.finish(record);
  if (options.keep_days && code != exit_interrupted) {
    for (const RunDirectory& run : old_runs(options.session.results, suite.name, order.host.host,
                                            *options.keep_days, wall_now())) {
      std::filesystem::remove_all(run.path());
      record.note("removed_old_run", {{"run", run.name()}});
    }
  }
  return code;
}

}  // namespace

int run_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  StartOptions options;
  CLI::App app(
      "Run a suite on this host. Every task is a process of its own with a deadline; what "
      "fails is a row, and the next task runs.",
      "plumbline run");
  app.add_option("suite", options.suite, "A name (plumbline plan lists them) or a .toml file")
      ->required();
  options.add_to(app);
  app.footer("\nExit: 0 all tasks ok, 2 usage, 3 a task failed, 5 interrupted (plumbline resume).");
  if (const auto code = parse(app, arguments)) return *code;
  RunOrder order;
  order.command = command_line("run", arguments);
  return start(options, std::move(order), tree);
}

int accept_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  StartOptions options;
  options.suite = "acceptance";
  RunOrder order;
  double look_gap = 15;
  CLI::App app(
      "Is this node as good as it should be? Runs a suite, judges every value against its "
      "baseline, measures again what is undecided (until 3, 6, then 12 runs, at different "
      "times), and writes the report.",
      "plumbline accept");
  app.add_option("suite", options.suite, "A name or a .toml file")->capture_default_str();
  options.add_to(app);
  app.add_option("--baselines", order.baselines,
                 "More baselines: a folder of <type>.csv, or a file; the last one holds")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--history", order.history,
                 "Compare parts with their own past in the earlier runs of this folder "
                 "(results/runs)")
      ->type_name("DIR");
  app.add_option("--look-gap", look_gap,
                 "At least so many seconds between two measurements of an undecided case")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--quiet-if-ok", options.session.quiet_if_ok,
               "For cron: say nothing if accepted, else one paragraph");
  app.footer(
      "\nExit: 0 accepted, 1 rejected, 2 usage, 3 incomplete (something was not tested), "
      "4 harness suspect, 5 interrupted (plumbline resume).");
  if (const auto code = parse(app, arguments)) return *code;
  order.command = command_line("accept", arguments);
  order.accept = true;
  order.look_gap = Seconds(look_gap);
  for (std::string& folder : order.baselines) folder = std::filesystem::absolute(folder);
  if (!order.history.empty()) order.history = std::filesystem::absolute(order.history);
  return start(options, std::move(order), tree);
}

}  // namespace plumbline
