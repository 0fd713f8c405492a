#pragma once

#include <cstddef>
#include <string>

#include "reports/pages/evidence.h"

namespace plumbline {

// Evidence as `plumbline report` collects it, made up: of machines with two sockets and eight GPUs.

/// Everything is as good as it should be.
Evidence accepting_evidence();
/// Memory of one socket is slow, one GPU is missing, one value is undecided, one is above its
/// ceiling.
Evidence rejecting_evidence();
/// The first run of a type without a baseline; one task crashed, one line is cut.
Evidence incomplete_evidence();
/// The accepting one, of a modelled machine.
Evidence simulated_evidence();
/// Every text is an attack on the page.
Evidence hostile_evidence();
/// An attack as far as a parameter can be one: without '=' and ';'.
std::string in_params(std::string attack);
/// Many nodes with findings each; a few of them reject, one was never measured.
Evidence fleet_evidence(std::size_t nodes, std::size_t findings_each);
/// So many nodes that they are data, and every text is an attack on the page.
Evidence hostile_fleet_evidence();

}  // namespace plumbline
