#include "reports/evaluation/pair_task.h"

namespace plumbline {

std::optional<PairTask> pair_task(std::string_view task) {
  const std::size_t at = task.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t plus = task.find('+', at);
  if (plus == std::string_view::npos) return std::nullopt;
  return PairTask{task.substr(0, at), task.substr(at + 1, plus - at - 1), task.substr(plus + 1)};
}

}  // namespace plumbline
