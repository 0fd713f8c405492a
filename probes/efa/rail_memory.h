#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "probes/node/mapping.h"

namespace plumbline::efa {

/// Host memory for a rail, all of its pages there: in reserved huge pages if there are enough, else
/// in transparent ones where the kernel gives them, on one NUMA node if one is named.
class RailMemory {
 public:
  RailMemory(std::size_t bytes, std::optional<unsigned> numa_node);

  std::span<std::byte> bytes() const { return mapping_.bytes(); }
  /// "reserved huge pages on numa1"
  const std::string& pages() const { return pages_; }

 private:
  static Mapping map(std::size_t bytes, std::optional<unsigned> numa_node, std::string& pages);

  std::string pages_;
  Mapping mapping_;
};

}  // namespace plumbline::efa
