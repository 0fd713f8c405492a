#include "probes/virtual_node/links.h"

#include <algorithm>
#include <array>

namespace plumbline::virtual_node {
namespace {

/// Bytes per second of a lane: transfers per second less line coding (8b/10b to generation 2,
/// 128b/130b to 5, 242/256 for 6). PCI Express Base Specification.
double lane_rate(unsigned generation) {
  constexpr std::array<double, 6> gigatransfers = {2.5, 5, 8, 16, 32, 64};
  const double coding = generation <= 2 ? 0.8 : generation <= 5 ? 128.0 / 130 : 242.0 / 256;
  return gigatransfers.at(generation - 1) * coding;
}

}  // namespace

unsigned working_nvlinks(const LinkDesign& design, const GpuLinks& links) {
  const unsigned present = links.nvlinks.value_or(design.nvlinks);
  const auto dead = std::count_if(links.dead_nvlinks.begin(), links.dead_nvlinks.end(),
                                  [&](unsigned link) { return link < present; });
  return present - static_cast<unsigned>(dead);
}

double nvlink_share(const LinkDesign& design, const GpuLinks& links) {
  return design.nvlinks == 0 ? 1
                             : static_cast<double>(working_nvlinks(design, links)) / design.nvlinks;
}

double pcie_share(const LinkDesign& design, const GpuLinks& links) {
  if (design.pcie_generation == 0 || design.pcie_width == 0) return 1;
  const unsigned generation = links.pcie_generation.value_or(design.pcie_generation);
  const unsigned width = links.pcie_width.value_or(design.pcie_width);
  return lane_rate(generation) * width / (lane_rate(design.pcie_generation) * design.pcie_width);
}

}  // namespace plumbline::virtual_node
