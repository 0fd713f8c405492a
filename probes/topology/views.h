#pragma once

#include <string>
#include <utility>
#include <vector>

#include "probes/node/node.h"

namespace plumbline {

/// What stands above a view: which machine this is and how it was found.
struct ViewTitle {
  std::string host;
  std::string instance_type;
  std::string source;                                     ///< "this machine", or "from FILE.xml"
  std::vector<std::pair<std::string, std::string>> imds;  ///< as read_imds() gives it; may be empty
};

/// Tables and a tree for a terminal, at most 100 columns wide for the machines that we know.
std::string topology_text(const Node& node, const ViewTitle& title);

/// Everything that is known, in an order that does not change; ends with a line end.
std::string topology_json(const Node& node, const ViewTitle& title);

/// A picture: NUMA nodes with what hangs on them, and the bandwidth of each link.
std::string topology_svg(const Node& node, const ViewTitle& title);

}  // namespace plumbline
