#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/hwloc_machines/described_machine.h"

/// write_hwloc_machines FOLDER: one hwloc XML for each machine, good and faulty, to try
/// `plumbline topology --from` and the probe with.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_hwloc_machines FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (const plumbline::NamedMachine& named : plumbline::all_machines()) {
    const std::filesystem::path file = folder / (named.name + ".xml");
    std::ofstream stream(file);
    stream << plumbline::hwloc_xml(named.machine) << std::flush;
    if (!stream) {
      std::cerr << file << ": cannot write it\n";
      return 3;
    }
    std::cout << file.string() << '\n';
  }
}
