#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "suites/description/suite.h"

namespace plumbline {

/// What is started and awaited as one: a probe on a set of hosts (one, a pair, a group), once.
struct Task {
  std::string step;  ///< "host_memory"; of a re-measurement "look2.host_memory"
  std::uint64_t repeat = 1;
  /// Counts the measurements of the step in the run: repeats, retries and looks alike. Stands in
  /// the rows, so that the rows of one case differ in it.
  std::uint64_t attempt = 1;
  std::vector<std::string> hosts;
  std::string probe;
  std::vector<std::string> options;  ///< of the probe, as in Step
  std::string filter;
  std::vector<std::string> cases;  ///< only these; empty: all that `filter` lets through
  bool samples = false;
  Seconds deadline{0};
  std::vector<std::string> needs;  ///< ids of tasks that must have run to their end
  OnFailure on_failure = OnFailure::keep_going;
  Seconds rest{0};  ///< at least so long after the task of this step before

  /// "host_memory#2": names the task in the journal, the rows and the logs.
  std::string id() const { return step + '#' + std::to_string(repeat); }
  bool operator==(const Task&) const = default;
};

/// The step of the suite behind a task: "host_memory" of "host_memory" and "look2.host_memory".
std::string suite_step(const Task& task);

/// The task for one more measurement of a step, as `step`#`repeat`; it needs nothing.
Task task_again(const Step& again, std::string step, std::uint64_t repeat, std::uint64_t attempt,
                const std::vector<std::string>& hosts);

/// The tasks of a suite on `hosts`, in the order in which they run: the first repeat of every step,
/// then the second of those that have one ... What varies between runs varies with time, so the
/// repeats of a step are spread over the whole run.
std::vector<Task> tasks_of(const Suite& suite, const std::vector<std::string>& hosts);

}  // namespace plumbline
