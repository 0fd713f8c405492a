#pragma once

#include <functional>
#include <span>
#include <vector>

#include "reports/localisation/bottlenecks.h"
#include "reports/localisation/culprit.h"

namespace plumbline::localisation {

/// The bottlenecks as a person knows them, the most certain first, with what cannot be told from
/// each. `element_of` names the element of a number.
std::vector<Culprit> culprits_of(std::span<const Bottleneck> bottlenecks, const Paths& paths,
                                 const Crossings& crossings, const Conviction& conviction,
                                 const std::function<Element(std::uint32_t)>& element_of);

}  // namespace plumbline::localisation
