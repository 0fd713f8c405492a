#pragma once

#include <string>
#include <vector>

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// One metric between all pairs of some devices: rows are the first, columns the second of a path.
struct HeatMap {
  std::string title;
  std::string unit;
  std::string row_title;     ///< "CPUs of"
  std::string column_title;  ///< "memory of"
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<const Finding*> cells;  ///< rows x columns; null where nothing is known
};

/// A table whose cells are shaded by their share of the greatest value (of the least one where
/// lower is better); a cell that is not PASS carries the shape of its verdict and links to its
/// evidence.
void heat_map(const html::Element& into, const HeatMap& map);

/// What the shades mean; once below the maps that it explains.
void heat_map_legend(const html::Element& into);

}  // namespace plumbline
