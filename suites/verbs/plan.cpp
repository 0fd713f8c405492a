#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "results/schema/exit_code.h"
#include "suites/running/probe_plan.h"
#include "suites/verbs/fleet_session.h"
#include "suites/verbs/plan_together.h"
#include "suites/verbs/session.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

struct TaskHere {
  Task task;
  ProbePlan plan;
  std::vector<std::string> command;
};

std::string time_range(Seconds least, Seconds most) {
  if (most < Seconds{0.05}) return "at once";
  const std::string low = format_duration(least), high = format_duration(most);
  return low == high ? high : low + " to " + high;
}

/// Sums over the tasks.
struct Total {
  std::size_t cases = 0;
  Seconds min{0}, max{0}, deadline{0};

  void add(const TaskHere& planned) {
    cases += planned.plan.cases.size();
    min += planned.plan.min();
    max += std::min(planned.plan.max(), planned.task.deadline);
    deadline += planned.task.deadline;
  }
};

void print_table(const Suite& suite, const HostIdentity& host, const std::vector<TaskHere>& tasks,
                 std::ostream& out) {
  out << fmt::format("{}: {}\n{}, on {} ({}). Nothing is run.\n\n", suite.name, suite.purpose,
                     suite.file.string(), host.host, host.instance_type);
  std::size_t width = 4;
  for (const TaskHere& planned : tasks) width = std::max(width, planned.task.id().size());
  out << fmt::format("{:>3}  {:{}}  {:>5}  {:18}  {}\n", "", "task", width, "cases", "takes",
                     "at most");
  Total total;
  std::size_t number = 0;
  for (const TaskHere& planned : tasks) {
    total.add(planned);
    ++number;
    if (!planned.plan.problem.empty()) {
      out << fmt::format("{:>3}  {:{}}  {:>5}  {:18}  {}\n     ! {}\n", number, planned.task.id(),
                         width, "?", "?", format_duration(planned.task.deadline),
                         planned.plan.problem);
      continue;
    }
    out << fmt::format("{:>3}  {:{}}  {:>5}  {:18}  {}\n", number, planned.task.id(), width,
                       planned.plan.cases.size(),
                       time_range(planned.plan.min(), planned.plan.max()),
                       format_duration(planned.task.deadline));
  }
  out << fmt::format("     {} task{}, {} cases, {}; all deadlines together {}\n", tasks.size(),
                     tasks.size() == 1 ? "" : "s", total.cases, time_range(total.min, total.max),
                     format_duration(total.deadline));
  out << "\nThe commands, to try one alone (the runner adds --out RUN --task ID --attempt N):\n";
  for (const TaskHere& planned : tasks) {
    const std::string line = shell_line(planned.command);
    if (planned.task.repeat == 1) out << "  " << line << '\n';
  }
}

void print_json(const Suite& suite, const HostIdentity& host, const std::vector<TaskHere>& tasks,
                std::ostream& out) {
  nlohmann::ordered_json json{{"suite", suite.name},
                              {"purpose", suite.purpose},
                              {"file", suite.file.string()},
                              {"host", host.host},
                              {"instance_type", host.instance_type},
                              {"tasks", nlohmann::ordered_json::array()}};
  Total total;
  for (const TaskHere& planned : tasks) {
    total.add(planned);
    nlohmann::ordered_json task{{"task", planned.task.id()},
                                {"probe", planned.task.probe},
                                {"hosts", planned.task.hosts},
                                {"needs", planned.task.needs},
                                {"deadline_seconds", planned.task.deadline.count()},
                                {"command", planned.command}};
    if (planned.plan.problem.empty()) {
      task["min_seconds"] = planned.plan.min().count();
      task["max_seconds"] = planned.plan.max().count();
      for (const PlannedCase& entry : planned.plan.cases) task["cases"].push_back(entry.name);
    } else {
      task["problem"] = planned.plan.problem;
    }
    json["tasks"].push_back(std::move(task));
  }
  json["cases"] = total.cases;
  json["min_seconds"] = total.min.count();
  json["max_seconds"] = total.max.count();
  json["deadline_seconds"] = total.deadline.count();
  out << json.dump(2) << '\n';
}

void list_suites(const InstallTree& tree, std::ostream& out) {
  for (const std::string& name : suite_names(tree.suites())) {
    const Suite suite = read_suite(find_suite(name, tree.suites()));
    out << fmt::format("  {:12} {}\n", name, suite.purpose);
  }
  out << "\nplumbline plan SUITE shows what one does; plumbline run SUITE does it.\n";
}

}  // namespace

int plan_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  std::string name, results, host, instance_type, manifest;
  FleetOptions fleet;
  bool as_json = false;
  CLI::App app(
      "What a suite would do here: its tasks, their time, the exact commands. Runs nothing.",
      "plumbline plan");
  app.add_option("suite", name, "A name or a .toml file; without one, the suites there are");
  auto* json = app.add_flag("--json", as_json, "As JSON, what this host does by itself");
  app.add_option("--host", host, "This host's name; by default its own");
  app.add_option("--instance-type", instance_type, "This host's type");
  app.add_option("--manifest", manifest, "What is known of the hosts of --hosts (manifest.csv)")
      ->type_name("FILE");
  fleet.add_hosts_to(app);
  json->excludes("--hosts")->excludes("--slurm");
  app.add_option("--results", results, "As for run; nothing is written")->type_name("DIR");
  app.footer("\nExit: 0, or 2 if the suite is not right.");
  if (const auto code = parse(app, arguments)) return *code;
  if (name.empty()) {
    list_suites(tree, std::cout);
    return exit_ok;
  }
  const Suite whole = read_suite(find_suite(name, tree.suites()));
  Suite suite = whole;
  const auto left_out = steps_not_on(suite, Together::alone);
  leave_out(suite, left_out);
  const HostIdentity identity = this_host(host, instance_type);
  Interruption interruption;
  std::vector<TaskHere> tasks;
  std::map<std::string, ProbePlan> plans;  // the repeats of a step have the same
  for (Task& task : tasks_of(suite, {identity.host})) {
    if (!plans.contains(task.step)) plans[task.step] = plan_of(task, tree.bin, interruption);
    if (interruption.count() > 0) return exit_interrupted;
    auto command = probe_command(task, tree.bin);
    tasks.push_back({task, plans[task.step], std::move(command)});
  }
  if (as_json) {
    print_json(suite, identity, tasks, std::cout);
  } else {
    print_table(suite, identity, tasks, std::cout);
    if (fleet.wanted()) {
      constexpr std::uint64_t some_seed = 1;
      std::cout << plan_together(whole, manifest_of(fleet, manifest),
                                 fleet.seed.value_or(some_seed), tree.bin, interruption);
    } else if (!left_out.empty()) {
      std::cout << fmt::format("\nNot on one host alone (plumbline run --hosts, --slurm): {}\n",
                               fmt::join(left_out, ", "));
    }
  }
  return exit_ok;
}

}  // namespace plumbline
