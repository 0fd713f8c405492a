#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suites/launch/interruption.h"
#include "suites/launch/local.h"

namespace plumbline {

/// A machine that stands in for this one: what a probe must be told and started with to measure it.
/// plumbline-virtual-machine makes it; its folder lies in the run and lasts as long.
struct VirtualMachine {
  std::string host;
  std::string instance_type;
  std::vector<std::string> preload;            ///< libraries that a probe is started with
  std::map<std::string, std::string> options;  ///< of a probe that has them: --libcuda, --from ...
};

/// Makes the folder of a machine, named or a file, with what is wrong with it. Throws
/// std::invalid_argument with what the program said if there is no such machine or fault.
void make_virtual_machine(const std::filesystem::path& folder, const std::filesystem::path& program,
                          const std::string& machine, const std::vector<std::string>& faults,
                          Interruption& interruption);

/// Throws FileError if there is none in `folder`.
VirtualMachine read_virtual_machine(const std::filesystem::path& folder);

/// Those of the machine's options that a probe has, as words of a command: it is by them that it
/// measures the machine. None: it measures where it runs. A program that is not there has none.
std::vector<std::string> options_for(const std::filesystem::path& probe,
                                     const VirtualMachine& machine, Interruption& interruption);

/// The steps of a suite whose probes can only measure where they run: no part of a rehearsal. A
/// probe that is not there is none of them: that its task fails is to be seen.
std::vector<std::string> steps_about_here(const Suite& suite, const std::filesystem::path& bin,
                                          const VirtualMachine& machine,
                                          Interruption& interruption);

/// As launch_here(), with the machine in place of this one.
Launch launch_on(VirtualMachine machine, std::filesystem::path bin, Interruption& interruption);

}  // namespace plumbline
