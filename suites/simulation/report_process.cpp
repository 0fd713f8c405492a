#include "suites/simulation/report_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "results/schema/exit_code.h"
#include "suites/launch/child_process.h"
#include "suites/launch/local.h"
#include "suites/launch/open_descriptors.h"
#include "suites/launch/supervise.h"
#include "suites/running/task_outcome.h"

namespace plumbline::simulation {
namespace {

constexpr Seconds deadline{7200};
constexpr Seconds between_looks_at_memory{0.01};

/// VmHWM of a process: the largest resident set so far; 0 if it is not there.
double peak_mib_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    std::istringstream words(line.substr(6));
    double kib = 0;
    words >> kib;
    return kib / 1024;
  }
  return 0;
}

/// What a process has used of processors so far; 0 if it is not there.
double cpu_s_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  // The second field is a name in parentheses; user and system time are the 14th and 15th.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

ReportEnd run_report(const std::vector<std::string>& command, const std::filesystem::path& log,
                     Interruption& interruption) {
  const Descriptor output = open_log(log);
  ChildProcess child(command, output.get(), output.get());
  child.release();
  ReportEnd report;
  const auto look = [&](Seconds) {
    report.peak_mib = std::max(report.peak_mib, peak_mib_of(child.identity().pid));
    report.cpu_s = std::max(report.cpu_s, cpu_s_of(child.identity().pid));
  };
  const ProcessEnd end =
      supervise(child, {.deadline = deadline}, interruption, look, between_looks_at_memory);
  report.seconds = end.elapsed.count();
  const bool is_verdict = end.stopped == Stopped::not_at_all && end.status &&
                          end.status->signal == 0 && end.status->exit != exit_usage &&
                          end.status->exit <= exit_harness_suspect;
  if (!is_verdict) {
    throw std::runtime_error(fmt::format("no verdict from {}: {}", shell_line(command),
                                         end.status ? tail_of(log) : "it did not end"));
  }
  report.exit_code = end.status->exit;
  return report;
}

}  // namespace plumbline::simulation
