#pragma once

#include <string>
#include <vector>

#include "reports/html/element.h"
#include "reports/pages/deviation_scale.h"
#include "reports/pages/fabric_picture.h"

namespace plumbline {

/// What was measured between all pairs of some places, as a square: the worst of each pair, and of
/// several pairs where there are more of them than can be seen.
struct SquareMap {
  std::string name;   ///< of its data in the document
  std::string title;  ///< read aloud
  std::string of;     ///< what a place is: "leaf"
  const std::vector<FabricPlace>* places = nullptr;
  const std::vector<FabricCell>* cells = nullptr;
};

void square_map(const html::Element& into, const SquareMap& map, const DeviationScale& scale);

}  // namespace plumbline
