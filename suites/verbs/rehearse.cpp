#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <stdexcept>

#include "results/schema/exit_code.h"
#include "suites/rehearsal/virtual_machine.h"
#include "suites/verbs/become.h"
#include "suites/verbs/session.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

struct RehearsalOptions {
  SessionOptions session;
  std::string machine = "p5.48xlarge";
  std::string suite = "acceptance";
  std::vector<std::string> faults;
  std::vector<std::string> baselines;
};

/// A folder for the machine until its run has one, on the same file system.
class Waiting {
 public:
  explicit Waiting(const fs::path& results)
      : folder_(results / fmt::format(".machine.{}", ::getpid())) {
    fs::create_directories(results);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

std::string said_of(const RehearsalOptions& options) {
  return options.faults.empty()
             ? options.machine
             : fmt::format("{} with {}", options.machine, fmt::join(options.faults, ", "));
}

int rehearse(const RehearsalOptions& options, RunOrder order, const InstallTree& tree,
             const fs::path& program) {
  const Suite suite = read_suite(find_suite(options.suite, tree.suites()));
  Session session(options.session, tree);
  const Waiting waiting(options.session.results);
  make_virtual_machine(waiting.folder(), program, options.machine, options.faults,
                       session.interruption());
  const VirtualMachine machine = read_virtual_machine(waiting.folder());
  order.host = {machine.host, machine.instance_type, "machine file"};
  order.machine = identify_host().host;
  order.rehearses = said_of(options);
  order.left_out = steps_about_here(suite, tree.bin, machine, session.interruption());
  for (std::string& step : steps_not_on(suite, Together::alone)) {
    order.left_out.push_back(std::move(step));
  }

  RunRecord record = RunRecord::create(options.session.results, suite, order);
  fs::rename(waiting.folder(), record.directory().virtual_machine());
  session.progress().say(
      fmt::format("a rehearsal on a virtual {}: no value says anything about a "
                  "real machine",
                  order.rehearses));
  if (!order.left_out.empty()) {
    session.progress().say(fmt::format("left out, because it can only measure this host: {}",
                                       fmt::join(order.left_out, ", ")));
  }
  session.rehearse(record);
  session.begin(record);
  return session.finish(record);
}

}  // namespace

int rehearse_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  RehearsalOptions options;
  options.session.results = "results/rehearsals";
  bool list_machines = false, list_faults = false;
  CLI::App app(
      "Run a suite on a virtual machine: the real probes, the real runner, the real report, with "
      "libraries that stand in for the vendors' and model a described machine. Every row and the "
      "report say that they are simulated.",
      "plumbline rehearse");
  app.add_option("--machine", options.machine, "A machine by name, or a machine file (.toml)")
      ->capture_default_str();
  app.add_option("--fault", options.faults,
                 "Something wrong with it; may be repeated: gpu3.hbm=0.8 gpu6.missing")
      ->type_name("FAULT")
      ->allow_extra_args(false);
  app.add_option("--suite", options.suite, "A name or a .toml file")->capture_default_str();
  app.add_flag("--list-machines", list_machines, "The machines there are");
  app.add_flag("--list-faults", list_faults, "What can be wrong with a machine");
  options.session.add_to(app);
  app.add_option("--baselines", options.baselines,
                 "More baselines: a folder of <type>.csv, or a file; the last one holds")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.footer(
      "\nExit: as accept would on such a machine: 0 accepted, 1 rejected, 2 usage, 3 incomplete,\n"
      "5 interrupted (plumbline resume).");
  if (const auto code = parse(app, arguments)) return *code;

  const fs::path program = tree.program("virtual-machine");
  if (!fs::exists(program)) {
    std::cerr << "this build has no virtual node, so it cannot rehearse: the CUDA toolkit (nvcc "
                 "and its headers) was not there when plumbline was built. With it, build anew.\n";
    return exit_incomplete;
  }
  if (list_machines) become(program, {});
  if (list_faults) become(program, {"--list-faults"});
  RunOrder order;
  order.command = command_line("rehearse", arguments);
  order.accept = true;
  order.baselines = options.baselines;
  for (std::string& folder : order.baselines) folder = fs::absolute(folder);
  try {
    return rehearse(options, std::move(order), tree, program);
  } catch (const std::invalid_argument& error) {
    std::cerr << error.what() << '\n';
    return exit_usage;
  }
}

}  // namespace plumbline
