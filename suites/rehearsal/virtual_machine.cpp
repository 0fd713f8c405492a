#include "suites/rehearsal/virtual_machine.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "results/schema/file_error.h"
#include "suites/launch/capture.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

constexpr Seconds describe_deadline{10};
constexpr Seconds make_deadline{60};

fs::path description(const fs::path& folder) { return folder / "machine.json"; }

}  // namespace

void make_virtual_machine(const fs::path& folder, const fs::path& program,
                          const std::string& machine, const std::vector<std::string>& faults,
                          Interruption& interruption) {
  std::vector<std::string> command = {program, machine, "--make", folder};
  for (const std::string& fault : faults) command.insert(command.end(), {"--fault", fault});
  const Captured said = capture(command, make_deadline, interruption);
  if (said.ok()) return;
  std::string why = said.error.empty() ? program.string() + " did not end" : said.error;
  while (why.ends_with('\n')) why.pop_back();
  throw std::invalid_argument(why);
}

VirtualMachine read_virtual_machine(const fs::path& folder) {
  const fs::path file = description(folder);
  std::ifstream stream(file);
  if (!stream) throw FileError(file.string(), 0, "", "cannot be read; expected a virtual machine");
  try {
    const auto json = nlohmann::json::parse(stream);
    VirtualMachine machine;
    machine.host = json.at("host").get<std::string>();
    machine.instance_type = json.at("instance_type").get<std::string>();
    machine.preload = json.at("preload").get<std::vector<std::string>>();
    for (const auto& [option, name] : json.at("options").items()) {
      machine.options[option] = fs::absolute(folder / name.get<std::string>());
    }
    return machine;
  } catch (const nlohmann::json::exception& error) {
    throw FileError(file.string(), 0, "", std::string("is no virtual machine: ") + error.what());
  }
}

std::vector<std::string> options_for(const fs::path& probe, const VirtualMachine& machine,
                                     Interruption& interruption) {
  std::vector<std::string> words;
  if (!fs::exists(probe)) return words;
  const Captured said = capture({probe, "--describe=json"}, describe_deadline, interruption);
  if (!said.ok()) return words;
  try {
    const auto described = nlohmann::json::parse(said.output);
    for (const auto& option : described.at("options")) {
      const auto name = option.at("name").get<std::string>();
      const auto found = machine.options.find(name);
      if (found != machine.options.end()) {
        words.insert(words.end(), {"--" + name, found->second});
      }
    }
  } catch (const nlohmann::json::exception&) {
    words.clear();
  }
  return words;
}

std::vector<std::string> steps_about_here(const Suite& suite, const fs::path& bin,
                                          const VirtualMachine& machine,
                                          Interruption& interruption) {
  std::vector<std::string> names;
  for (const Step& step : suite.steps) {
    const fs::path probe = bin / ("plumbline-probe-" + step.probe);
    if (fs::exists(probe) && options_for(probe, machine, interruption).empty()) {
      names.push_back(step.name);
    }
  }
  return names;
}

Launch launch_on(VirtualMachine machine, fs::path bin, Interruption& interruption) {
  return [machine = std::move(machine), bin, here = launch_here(bin), &interruption](
             const Task& task, const RowNames& names) {
    std::vector<std::string> command = here(task, names);
    const auto options = options_for(command.front(), machine, interruption);
    command.insert(command.begin() + 1, options.begin(), options.end());
    if (!machine.preload.empty()) {
      command.insert(
          command.begin(),
          {"/usr/bin/env", fmt::format("LD_PRELOAD={}", fmt::join(machine.preload, ":"))});
    }
    return command;
  };
}

}  // namespace plumbline
