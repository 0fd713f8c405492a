#include "suites/schedule/round_robin.h"

#include <fmt/format.h>

#include <stdexcept>

namespace plumbline::schedule {

std::size_t round_robin_rounds(std::size_t nodes) { return nodes < 2 ? 0 : nodes - 1 + nodes % 2; }

Round round_robin(std::size_t nodes, std::size_t round) {
  const std::size_t turning = round_robin_rounds(nodes);  // all seats but the last one
  if (round >= turning) {
    throw std::out_of_range(
        fmt::format("found round {}, expected one of {} for {} nodes", round, turning, nodes));
  }
  Round made;
  for (std::size_t i = 0; i < turning; ++i) {
    const std::size_t opposite = (round + turning - i) % turning;
    if (i < opposite) made.pairs.push_back({i, opposite});
    if (i != opposite) continue;
    if (turning == nodes) {
      made.idle.push_back(i);  // the last seat is empty
    } else {
      made.pairs.push_back({i, turning});
    }
  }
  return made;
}

Round shift(std::size_t nodes, std::size_t step) {
  if (step == 0 || step >= nodes) {
    throw std::out_of_range(
        fmt::format("found step {}, expected 1 to n - 1 for {} nodes", step, nodes));
  }
  Round made{RoundKind::shift, {}, {}};
  for (std::size_t i = 0; i < nodes; ++i) made.pairs.push_back({i, (i + step) % nodes});
  return made;
}

}  // namespace plumbline::schedule
