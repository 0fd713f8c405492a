#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "probes/virtual_node/machine.h"

namespace plumbline::virtual_node {

/// A machine file by name ("p5.48xlarge", looked up in `machines`) or by path. Throws
/// std::invalid_argument that lists the names there are.
std::filesystem::path find_machine(const std::string& name_or_path,
                                   const std::filesystem::path& machines);

/// The names of the machine files in a folder, sorted.
std::vector<std::string> machine_names(const std::filesystem::path& machines);

/// The first sentence of the comment that a machine file begins with.
std::string purpose_of(const std::filesystem::path& file);

/// A machine ready to be measured: a folder that needs nothing but the libraries that it links to.
struct MachineFolder {
  std::filesystem::path description;             ///< machine.toml
  std::filesystem::path topology;                ///< machine.xml: what hwloc would record
  std::vector<std::filesystem::path> libraries;  ///< that stand in for the vendors'
  std::vector<std::filesystem::path> preload;    ///< that a probe is to be started with
  Machine machine;
};

/// Makes it: copies `file` and its bases, adds `faults` (tables of TOML), links the libraries in
/// `libraries`, writes the topology. Throws std::runtime_error with file and line if the
/// description is not right.
MachineFolder make_machine_folder(const std::filesystem::path& folder,
                                  const std::filesystem::path& file,
                                  const std::vector<std::string>& faults,
                                  const std::filesystem::path& libraries);

}  // namespace plumbline::virtual_node
