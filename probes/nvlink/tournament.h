#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace plumbline::nvlink {

using Pairing = std::vector<std::pair<std::size_t, std::size_t>>;

/// Rounds in which everyone meets someone else, so that in all of them together everyone has met
/// everyone once (the circle method): n - 1 rounds of n / 2 pairs. With an odd number one rests in
/// each of n rounds.
std::vector<Pairing> tournament(std::size_t players);

}  // namespace plumbline::nvlink
