#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plumbline::virtual_node {

/// What a flow takes from a resource: `share` units of it for each unit that flows.
struct Load {
  std::size_t resource = 0;
  double share = 1;
};

/// Something that flows through several resources at once, with the same rate in all.
using Loads = std::vector<Load>;

/// The max-min fair rate of each flow: the resource that gives its users least decides their rate,
/// then what is left goes to the others in the same way (progressive filling). `capacities` in
/// units per second; a flow that loads nothing is unbounded and gets infinity.
std::vector<double> fair_rates(std::span<const double> capacities,
                               std::span<const Loads* const> flows);

}  // namespace plumbline::virtual_node
