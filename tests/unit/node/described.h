#pragma once

#include "probes/node/discover.h"
#include "tests/hwloc_machines/described_machine.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// What discover() makes of an XML text.
inline Node discovered_from(const std::string& xml) {
  const ScratchFolder folder;
  write_file(folder / "machine.xml", xml);
  return discover({folder / "machine.xml"});
}

inline Node discovered(const DescribedMachine& machine) {
  return discovered_from(hwloc_xml(machine));
}

}  // namespace plumbline
