#include "suites/launch/local.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace plumbline {
namespace {

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("_-./=:,@%+", c) != nullptr;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + '\'';
}

}  // namespace

std::vector<std::string> probe_command(const Task& task, const std::filesystem::path& bin) {
  std::vector<std::string> command = {bin / ("plumbline-probe-" + task.probe)};
  command.insert(command.end(), task.options.begin(), task.options.end());
  if (!task.filter.empty()) command.push_back("--benchmark_filter=" + task.filter);
  for (const std::string& name : task.cases) command.insert(command.end(), {"--case", name});
  return command;
}

Launch launch_here(std::filesystem::path bin) {
  return [bin = std::move(bin)](const Task& task, const RowNames& names) {
    std::vector<std::string> command = probe_command(task, bin);
    if (task.samples) command.emplace_back("--samples");
    command.insert(command.end(), {"--out", names.out, "--run", names.run, "--host", names.host,
                                   "--instance-type", names.instance_type, "--task", task.id(),
                                   "--attempt", std::to_string(task.attempt), "--skip-done"});
    return command;
  };
}

std::string program_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  if (name.find('/') != std::string::npos || path == nullptr) return name;
  std::istringstream folders(path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path program = std::filesystem::path(folder) / name;
    if (::access(program.c_str(), X_OK) == 0 && !std::filesystem::is_directory(program)) {
      return program;
    }
  }
  return name;
}

std::string shell_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) {
    if (!line.empty()) line += ' ';
    line += shell_word(word);
  }
  return line;
}

}  // namespace plumbline
