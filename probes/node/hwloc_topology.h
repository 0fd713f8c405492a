#pragma once

#include <hwloc.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "probes/node/discover.h"
#include "probes/node/node.h"

namespace plumbline {

/// A loaded hwloc topology with its PCI devices and bridges, given back at the end.
class HwlocTopology {
 public:
  /// Of this machine, or of the one in `xml`. Throws as discover() does.
  explicit HwlocTopology(const std::optional<std::filesystem::path>& xml);

  operator hwloc_topology_t() const { return topology_.get(); }

 private:
  struct Destroy {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
  };
  std::unique_ptr<hwloc_topology, Destroy> topology_;
};

/// The indices that are set; none for a null or an infinite bitmap.
CpuList indices_of(hwloc_const_bitmap_t bitmap);

}  // namespace plumbline
