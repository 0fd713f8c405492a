#include "probes/virtual_node/program/machine_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <toml.hpp>

#include "probes/virtual_node/shape/shape.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  if (!stream) throw std::runtime_error(file.string() + ": cannot write it");
}

/// Copies a machine file and what it is based on into `folder`.
void copy_with_bases(const fs::path& file, const fs::path& folder, const std::string& as) {
  read_machine(file);  // says by itself what is wrong with it
  fs::copy_file(file, folder / as);
  const auto root = toml::parse(file.string());
  if (!root.contains("base")) return;
  const std::string base = toml::find<std::string>(root, "base");
  copy_with_bases(fs::canonical(file).parent_path() / base, folder, base);
}

/// What a lane carries, GB/s: the rate of a generation less its line code.
double gb_per_s_of_lane(unsigned generation) {
  switch (generation) {
    case 1:
      return 0.25;
    case 2:
      return 0.5;
    default:
      return 8.0 / 8 * 128 / 130 * std::exp2(static_cast<double>(generation) - 3);
  }
}

/// What PCI shows of the faults: links that are narrower or slower than they should be.
void apply_faults(Shape& shape, const Machine& machine) {
  std::size_t number = 0;
  for (HostBridge& bridge : shape.bridges) {
    for (PciFunction& function : bridge.devices) {
      if (!function.pci_type.starts_with("0302 [10de:") || number >= machine.gpus.size()) continue;
      const GpuLinks& links = machine.gpus[number++].links;
      if (!links.pcie_generation && !links.pcie_width) continue;
      const double lane =
          gb_per_s_of_lane(links.pcie_generation.value_or(machine.links.pcie_generation));
      function.gb_per_s =
          std::min(function.gb_per_s, lane * links.pcie_width.value_or(machine.links.pcie_width));
    }
  }
}

}  // namespace

std::vector<std::string> machine_names(const fs::path& machines) {
  std::vector<std::string> names;
  if (fs::is_directory(machines)) {
    for (const auto& entry : fs::directory_iterator(machines)) {
      if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path find_machine(const std::string& name_or_path, const fs::path& machines) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
    if (!fs::exists(name_or_path)) {
      throw std::invalid_argument("there is no machine file " + name_or_path);
    }
    return name_or_path;
  }
  fs::path file = machines / (name_or_path + ".toml");
  if (fs::exists(file)) return file;
  throw std::invalid_argument(fmt::format("there is no machine \"{}\" (there are: {}; or a path)",
                                          name_or_path, fmt::join(machine_names(machines), ", ")));
}

std::string purpose_of(const fs::path& file) {
  std::ifstream stream(file);
  std::string purpose;
  for (std::string line; std::getline(stream, line) && line.starts_with("# ");) {
    purpose += (purpose.empty() ? "" : " ") + line.substr(2);
    const std::size_t end = purpose.find(". ");
    if (end != std::string::npos) return purpose.substr(0, end);
  }
  if (purpose.ends_with('.')) purpose.pop_back();
  return purpose;
}

MachineFolder make_machine_folder(const fs::path& folder, const fs::path& file,
                                  const std::vector<std::string>& faults,
                                  const fs::path& libraries) {
  MachineFolder made;
  fs::create_directories(folder);
  made.description = folder / "machine.toml";
  made.topology = folder / "machine.xml";
  const std::string name =
      file.filename() == "machine.toml" ? "given.toml" : file.filename().string();
  copy_with_bases(file, folder, name);
  std::string text = fmt::format("base = \"{}\"\n", name);
  for (const std::string& fault : faults) text += '\n' + fault;
  write(made.description, text);
  made.machine = read_machine(made.description);
  Shape shape = read_shape(made.description);
  apply_faults(shape, made.machine);
  write(made.topology, hwloc_xml(shape));
  fs::create_directory(folder / "state");  // the machine remembers what its GPUs did

  static const std::regex vendor_library(R"(lib.*\.so\.[0-9]+)"), preloaded(R"(libvirtual_.*\.so)");
  for (const auto& entry : fs::directory_iterator(libraries)) {
    const std::string library = entry.path().filename();
    if (std::regex_match(library, preloaded)) {
      made.preload.push_back(fs::canonical(entry.path()));
    } else if (std::regex_match(library, vendor_library)) {
      fs::create_symlink(fs::absolute(entry.path()), folder / library);
      made.libraries.push_back(folder / library);
    }
  }
  std::sort(made.libraries.begin(), made.libraries.end());
  std::sort(made.preload.begin(), made.preload.end());
  return made;
}

}  // namespace plumbline::virtual_node
