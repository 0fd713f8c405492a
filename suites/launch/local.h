#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "results/schema/measurement.h"
#include "suites/description/task.h"

namespace plumbline {

/// What the rows of a run have in common, whatever the task.
struct RowNames {
  std::filesystem::path out;  ///< the run's folder
  std::string run;
  std::string host;
  std::string instance_type;
  Provenance provenance = Provenance::measured;
};

/// The command, of this machine, that runs a task on its hosts. Whatever the hosts are, a process
/// here stands for the task: it ends when the task has ended, and killing it ends the task.
using Launch = std::function<std::vector<std::string>(const Task& task, const RowNames& names)>;

/// The probe itself, for a task on this host alone. `bin` is where the programs are.
Launch launch_here(std::filesystem::path bin);

/// The probe with the options that say what it measures, without those that say where the rows go.
std::vector<std::string> probe_command(const Task& task, const std::filesystem::path& bin);

/// Where the program of that name is, looked up in PATH as a shell does; a name with '/' in it, or
/// that is not found, as it is.
std::string program_path(const std::string& name);

/// As one line for a shell.
std::string shell_line(const std::vector<std::string>& command);

}  // namespace plumbline
