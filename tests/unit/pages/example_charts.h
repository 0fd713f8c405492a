#pragma once

#include <cstddef>

#include "reports/pages/evidence.h"

namespace plumbline {

// What the pages of many nodes show, made up.

/// Collective operations within a node and over groups of four, of a fleet of p5.48xlarge.
std::vector<MetricDistribution> example_collectives(std::size_t nodes);
/// Memory and links of eight GPUs a node; of each 50th node one GPU is slow.
std::vector<MetricDistribution> example_distributions(std::size_t nodes);
/// Rounds of pairs: one host is slow, a leaf's uplinks are, one pair carries nothing.
FabricPicture example_fabric(std::size_t hosts, std::size_t hosts_per_leaf, std::size_t rounds);

/// A driver that changed the fleet, and a GPU that is slower than it was.
TrendHistory example_trends();

/// A report with all of these.
Evidence charts_evidence(std::size_t nodes);
/// One node with all that its page shows: EFA devices, links, what it sustained; a GPU that gets
/// hot.
Evidence machine_evidence();
/// charts_evidence() with attacks as names.
Evidence hostile_charts_evidence();

}  // namespace plumbline
