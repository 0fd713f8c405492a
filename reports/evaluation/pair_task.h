#pragma once

#include <optional>
#include <string_view>

namespace plumbline {

/// "efa.round2", "n1" and "n2" of the task "efa.round2@n1+n2": all pairs of a round ran at once.
/// Nothing for a task that was none of a pair.
struct PairTask {
  std::string_view round;
  std::string_view first;
  std::string_view second;
};
std::optional<PairTask> pair_task(std::string_view task);

}  // namespace plumbline
