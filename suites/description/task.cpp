#include "suites/description/task.h"

#include <algorithm>

namespace plumbline {
namespace {

const Step& step_named(const Suite& suite, const std::string& name) {
  return *std::find_if(suite.steps.begin(), suite.steps.end(),
                       [&](const Step& step) { return step.name == name; });
}

}  // namespace

std::string suite_step(const Task& task) {
  return task.step.substr(task.step.rfind('.') + 1);  // names of steps hold no '.'
}

Task task_again(const Step& again, std::string step, std::uint64_t repeat, std::uint64_t attempt,
                const std::vector<std::string>& hosts) {
  Task task;
  task.step = std::move(step);
  task.repeat = repeat;
  task.attempt = attempt;
  task.hosts = hosts;
  task.probe = again.probe;
  task.options = again.options;
  task.filter = again.filter;
  task.samples = again.samples;
  task.deadline = again.deadline;
  return task;
}

std::vector<Task> tasks_of(const Suite& suite, const std::vector<std::string>& hosts) {
  std::uint64_t most_repeats = 0;
  for (const Step& step : suite.steps) most_repeats = std::max(most_repeats, step.repeats);
  std::vector<Task> tasks;
  for (std::uint64_t repeat = 1; repeat <= most_repeats; ++repeat) {
    for (const Step& step : suite.steps) {
      if (repeat > step.repeats) continue;
      Task task = task_again(step, step.name, repeat, repeat, hosts);
      task.on_failure = step.on_failure;
      for (const std::string& need : step.needs) {
        // The same repeat of the needed step; its last one if it has fewer.
        const std::uint64_t needed = std::min(repeat, step_named(suite, need).repeats);
        task.needs.push_back(need + '#' + std::to_string(needed));
      }
      tasks.push_back(std::move(task));
    }
  }
  return tasks;
}

}  // namespace plumbline
