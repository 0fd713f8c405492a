#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::testing {

const std::filesystem::path shipped_worlds = SHIPPED_WORLDS;
const std::filesystem::path shipped_baselines = SHIPPED_BASELINES;

}  // namespace plumbline::testing
