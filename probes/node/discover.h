#pragma once

#include <filesystem>
#include <optional>

#include "probes/node/node.h"
#include "results/schema/host_identity.h"

namespace plumbline {

struct DiscoverOptions {
  /// An hwloc XML file (2.x) that describes a machine; none: this machine.
  std::optional<std::filesystem::path> xml;
};

/// What is in this machine, or in the one that a file describes. Needs no driver and no rights;
/// takes milliseconds. Throws FileError for a file that is missing or that hwloc cannot read, and
/// std::runtime_error if this machine cannot be read.
Node discover(const DiscoverOptions& options = {});

/// The names of a discovered machine: this one's own, or those that the file records. A file
/// without a DMI product name describes an "unnamed-<file>".
HostIdentity identity_of(const Node& node, const DiscoverOptions& options);

/// The version of hwloc that this program was built with: "2.9.0".
std::string hwloc_version();

}  // namespace plumbline
