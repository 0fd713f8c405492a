#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "reports/judging/fabric_group.h"
#include "reports/pages/fabric_picture.h"

namespace plumbline {

/// What the report shows of each group. `suspects` are nodes whose meetings it shows in a fleet of
/// any size.
std::vector<FabricPicture> fabric_pictures(std::span<const FabricGroup> groups,
                                           const FabricMap& map, const PairRows& rows,
                                           const std::set<std::uint32_t>& suspects);

}  // namespace plumbline
