#include "probes/virtual_node/fair_share.h"

#include <algorithm>
#include <limits>

namespace plumbline::virtual_node {

std::vector<double> fair_rates(std::span<const double> capacities,
                               std::span<const Loads* const> flows) {
  constexpr double unbounded = std::numeric_limits<double>::infinity();
  std::vector<double> left(capacities.begin(), capacities.end());
  std::vector<double> rates(flows.size(), unbounded);
  std::vector<bool> settled(flows.size(), false);
  std::vector<double> demand(capacities.size());
  for (;;) {
    // The resource that gives the flows that are not settled yet the least.
    std::fill(demand.begin(), demand.end(), 0.0);
    for (std::size_t i = 0; i < flows.size(); ++i) {
      if (settled[i]) continue;
      for (const Load& load : *flows[i]) demand[load.resource] += load.share;
    }
    std::size_t tightest = capacities.size();
    double rate = unbounded;
    for (std::size_t r = 0; r < demand.size(); ++r) {
      if (demand[r] > 0 && std::max(left[r], 0.0) / demand[r] < rate) {
        rate = std::max(left[r], 0.0) / demand[r];
        tightest = r;
      }
    }
    if (tightest == capacities.size()) return rates;
    for (std::size_t i = 0; i < flows.size(); ++i) {
      const Loads& loads = *flows[i];
      const bool uses = std::any_of(loads.begin(), loads.end(), [&](const Load& load) {
        return load.resource == tightest && load.share > 0;
      });
      if (settled[i] || !uses) continue;
      settled[i] = true;
      rates[i] = rate;
      for (const Load& load : loads) left[load.resource] -= rate * load.share;
    }
  }
}

}  // namespace plumbline::virtual_node
