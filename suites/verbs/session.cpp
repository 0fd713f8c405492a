#include "suites/verbs/session.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include "results/schema/exit_code.h"
#include "suites/acceptance/verdict_paragraph.h"
#include "suites/description/nearest_name.h"
#include "suites/rehearsal/virtual_machine.h"
#include "suites/running/probe_plan.h"

namespace plumbline {
namespace {

std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::unique_ptr<Progress> choose_progress(const SessionOptions& options) {
  if (options.quiet || options.quiet_if_ok) return std::make_unique<NoProgress>();
  const char* terminal = std::getenv("TERM");
  const bool moves =
      ::isatty(1) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
  if (!moves) return std::make_unique<PlainProgress>(std::cout);
  return std::make_unique<LiveProgress>(std::cout, terminal_width, !is_set("NO_COLOR"));
}

/// Which probes a suite asks for in vain: known before an hour has gone by.
void name_missing_probes(const RunRecord& record, const InstallTree& tree, Progress& progress) {
  for (const Step& step : record.suite().steps) {
    if (std::filesystem::exists(tree.probe(step.probe))) continue;
    progress.say(fmt::format("{}:{}: there is no probe {} here{}; step {} will fail",
                             record.suite().file.string(), step.line, step.probe,
                             did_you_mean(step.probe, probe_names(tree.bin)), step.name));
  }
}

template <class Record>
std::vector<Record> read_if_there(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? read_all<Record>(file) : std::vector<Record>();
}

}  // namespace

void SessionOptions::add_to(CLI::App& app) {
  app.add_option("--results", results, "Folder that holds runs/ and baselines/")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--lock-file", lock_file,
                 "One run at a time holds this; by default " + host_lock_file().string())
      ->type_name("FILE");
  app.add_flag("--quiet,-q", quiet, "Do not show how it goes");
}

Session::Session(const SessionOptions& options, const InstallTree& tree)
    : options_(options),
      tree_(tree),
      lock_(options.lock_file.empty() ? host_lock_file()
                                      : std::filesystem::path(options.lock_file)),
      progress_(choose_progress(options)),
      runner_{
          .launch = launch_here(tree.bin), .interruption = interruption_, .progress = *progress_} {}

void Session::begin(const RunRecord& record) {
  const auto& killed = lock_.killed_holder();
  const std::string folder = record.directory().path();
  if (killed && !killed->run.empty() && killed->run != folder) {
    progress_->say(fmt::format(
        "the run before this one was killed; continue it with: plumbline resume {}", killed->run));
  }
  lock_.name_run(folder);
  name_missing_probes(record, tree_, *progress_);
  // The times of a rehearsal are those of the machine, not of the one that it runs on.
  if (progress_->interval().count() > 0 && !rehearses_) ask_for_times(record);
}

void Session::rehearse(const RunRecord& record) {
  rehearses_ = true;
  runner_.launch = launch_on(read_virtual_machine(record.directory().virtual_machine()), tree_.bin,
                             interruption_);
}

void Session::ask_for_times(const RunRecord& record) {
  for (const TaskState& state : record.tasks()) {
    const std::string& step = state.task.step;
    if (state.outcome || runner_.expected.contains(step) || interruption_.count() > 0) continue;
    const ProbePlan plan = plan_of(state.task, tree_.bin, interruption_);
    if (plan.problem.empty()) runner_.expected[step] = (plan.min() + plan.max()) / 2;
  }
}

int Session::measure(RunRecord& record) {
  if (!run_tasks(record, runner_)) return exit_interrupted;
  std::size_t well = 0;
  for (const TaskState& state : record.tasks()) well += state.outcome == TaskOutcome::ok ? 1U : 0U;
  const std::size_t all = record.tasks().size();
  record.note("run_ended", {{"ok", std::to_string(well)}, {"tasks", std::to_string(all)}});
  const std::string folder = record.directory().path();
  progress_->say(fmt::format("{} of {} tasks ok; the rows are in {}", well, all, folder));
  if (well != all) progress_->say("Again what failed: plumbline retry " + shell_line({folder}));
  progress_->say("Judge them:         plumbline report " + shell_line({folder}));
  return well == all ? exit_ok : exit_incomplete;
}

int Session::finish(RunRecord& record) {
  const Judge judge{tree_.bin, options_.quiet || options_.quiet_if_ok, record.order().history};
  const Acceptance end =
      record.order().accept ? accept_run(record, runner_, judge) : Acceptance{measure(record), ""};
  if (options_.quiet_if_ok) {
    if (end.exit_code != exit_ok) {
      const auto findings = read_if_there<Finding>(record.directory().findings());
      const auto nodes = read_if_there<NodeVerdict>(record.directory().nodes());
      std::cout << verdict_paragraph(record, end, findings, nodes) << std::flush;
    }
    return end.exit_code;
  }
  if (!end.problem.empty()) std::cerr << end.problem << '\n';
  if (end.exit_code == exit_interrupted) {
    std::cerr << interrupted_words(interruption_, record.directory().path());
  }
  return end.exit_code;
}

HostIdentity this_host(const std::string& host, const std::string& instance_type) {
  HostIdentity identity = identify_host();
  if (!host.empty()) identity.host = host;
  if (!instance_type.empty()) identity.instance_type = instance_type;
  return identity;
}

std::string interrupted_words(Interruption& interruption, const std::filesystem::path& run) {
  return fmt::format(
      "interrupted by {}; what was measured is kept. Continue with:\n  plumbline resume {}\n",
      signal_name(interruption.signal().value_or(0)), shell_line({run}));
}

std::string command_line(const std::string& verb, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"plumbline", verb};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return shell_line(words);
}

}  // namespace plumbline
