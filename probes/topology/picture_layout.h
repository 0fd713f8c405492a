#pragma once

#include <string>
#include <vector>

#include "probes/node/node.h"
#include "probes/topology/outline.h"

namespace plumbline {

/// One box at the right of a column: a device, or several of a kind that are not worth a box each.
struct DeviceBox {
  std::vector<const PciDevice*> devices;
  Link link;
  double y = 0;
  double height = 0;

  const PciDevice& first() const { return *devices.front(); }
  double middle() const { return y + height / 2; }
};

/// A host bridge or a switch: a bar with its devices and the switches below it to the right.
struct BranchBar {
  std::string caption;
  Link link;
  unsigned depth = 0;  ///< 0: a host bridge
  double caption_y = 0;
  double y = 0;
  double height = 0;
  std::vector<DeviceBox> boxes;
  std::vector<BranchBar> switches;

  double middle() const { return y + height / 2; }
};

/// Devices that are nearest to each other: GPUs with one set of nearest EFA devices.
struct AffinityBracket {
  std::vector<double> gpus;  ///< the middles of their boxes
  std::vector<double> efas;
  unsigned lane = 0;  ///< brackets that pass each other are in different lanes
};

/// A NUMA node and what hangs on it.
struct PictureColumn {
  const NumaNode* numa = nullptr;  ///< none: the machine does not say where its roots hang
  double x = 0;
  double y = 0;
  double height = 0;
  std::vector<BranchBar> roots;
  std::vector<AffinityBracket> brackets;
};

/// Where everything is in the picture, in pixels.
struct PictureLayout {
  std::vector<PictureColumn> columns;
  double column_width = 0;
  double device_x = 0;  ///< of the device boxes, from the left of a column
  double width = 0;
  double columns_end = 0;  ///< below the columns
};

/// Measures that the drawing needs too.
namespace picture {
inline constexpr double margin = 28;
inline constexpr double title_height = 84;
inline constexpr double header_height = 82;
inline constexpr double column_gap = 64;
inline constexpr double column_padding = 14;
inline constexpr double bar_width = 12;
inline constexpr double first_bar = 40;     ///< from the left of a column
inline constexpr double depth_step = 132;   ///< from bar to bar
inline constexpr double link_length = 104;  ///< from the last bar to the device boxes
inline constexpr double device_width = 258;
inline constexpr double lane_width = 11;
}  // namespace picture

PictureLayout layout_of(const Node& node, const Outline& outline);

}  // namespace plumbline
