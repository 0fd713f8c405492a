#pragma once

#include "probes/node/node.h"

namespace plumbline {

/// The link of `device` as it is under load: an idle GPU slows its link down to save power but
/// keeps its lanes, so the lanes that it has now count with the highest generation that both ends
/// of the link can. Where generations are unknown (an XML file), the link as it was recorded.
Link link_under_load(const Node& node, const PciDevice& device);

/// The narrowest known link between `device` and its host bridge: what bounds traffic to the host.
/// Unknown if no link on the way is known.
Link narrowest_link_to_host(const Node& node, const PciDevice& device);

/// The narrower of two links; an unknown one does not count.
Link narrower(const Link& a, const Link& b);

}  // namespace plumbline
