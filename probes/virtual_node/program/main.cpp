#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "probes/virtual_node/fault_form.h"
#include "probes/virtual_node/program/machine_folder.h"
#include "results/schema/exit_code.h"
#include "results/schema/install_tree.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;

void list_machines(const fs::path& machines, std::ostream& out) {
  for (const std::string& name : machine_names(machines)) {
    out << fmt::format("  {:24} {}\n", name, purpose_of(machines / (name + ".toml")));
  }
}

void list_faults(std::ostream& out) {
  std::size_t width = 0;
  for (const FaultForm& form : fault_forms()) width = std::max(width, spelling(form).size());
  for (const FaultForm& form : fault_forms()) {
    out << fmt::format("  {:{}} {}\n", spelling(form), width, form.meaning);
  }
  out << "\nOr spelled out, with a kind and its keys as in a machine's file:\n"
         "  slow_memory:gpu=3,factor=0.8\n";
}

/// The option by which a probe is told to open a library: --libcublaslt for libcublasLt.so.13.
std::string option_of(const fs::path& library) {
  std::string name = library.filename();
  name.resize(name.find(".so"));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

/// What a program must know to have a probe measure the machine; files of the folder by their
/// names.
nlohmann::ordered_json as_json(const MachineFolder& made) {
  nlohmann::ordered_json json{{"host", made.machine.host},
                              {"instance_type", made.machine.instance_type},
                              {"gpus", made.machine.gpus.size()},
                              {"preload", nlohmann::ordered_json::array()},
                              {"options", {{"from", made.topology.filename().string()}}}};
  for (const fs::path& library : made.preload) json["preload"].push_back(library.string());
  for (const fs::path& library : made.libraries) {
    json["options"][option_of(library)] = library.filename().string();
  }
  return json;
}

int run(int argc, char** argv) {
  CLI::App app("The machines of the virtual node: what there is, and one made ready to be measured",
               "plumbline virtual-machine");
  std::string name, folder;
  std::vector<std::string> faults;
  bool show_faults = false;
  app.add_option("machine", name, "A name or a .toml file; without one, the machines there are");
  app.add_option("--fault", faults, "Something wrong with it, as --list-faults says")
      ->type_name("FAULT")
      ->allow_extra_args(false);
  app.add_option("--make", folder,
                 "Make this folder: the description, its topology as hwloc XML, links to the "
                 "libraries, and machine.json that says how a probe is to be started")
      ->type_name("FOLDER");
  app.add_flag("--list-faults", show_faults, "What can be wrong with a machine");
  app.footer("\nExit: 0, or 2 if there is no such machine or fault.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }

  const InstallTree tree = InstallTree::of_this_program();
  if (show_faults) {
    list_faults(std::cout);
  } else if (name.empty()) {
    list_machines(tree.machines(), std::cout);
  } else {
    const fs::path file = find_machine(name, tree.machines());
    std::vector<std::string> tables;
    for (const std::string& fault : faults) tables.push_back(fault_table(fault));
    if (folder.empty()) {
      const Machine machine = read_machine(file);
      std::cout << fmt::format("{}: {}\n{} ({}), {} x {}\n", file.stem().string(), purpose_of(file),
                               machine.host, machine.instance_type, machine.gpus.size(),
                               machine.model.name);
      for (const std::string& table : tables) std::cout << '\n' << table;
      return exit_ok;
    }
    const MachineFolder made =
        make_machine_folder(fs::absolute(folder), file, tables, tree.virtual_node());
    std::ofstream stream(fs::path(folder) / "machine.json");
    stream << as_json(made).dump(2) << '\n' << std::flush;
    if (!stream) throw std::runtime_error(folder + ": cannot write to it");
  }
  return exit_ok;
}

}  // namespace
}  // namespace plumbline::virtual_node

int main(int argc, char** argv) {
  try {
    return plumbline::virtual_node::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return plumbline::exit_usage;
  }
}
