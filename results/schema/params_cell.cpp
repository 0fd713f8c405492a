#include "results/schema/params_cell.h"

namespace plumbline {

bool is_formatted(const Params& params, std::string_view text) {
  const auto takes = [&](std::string_view part) {
    if (!text.starts_with(part)) return false;
    text.remove_prefix(part.size());
    return true;
  };
  bool is_first = true;
  for (const auto& [key, value] : params) {
    if (!is_first && !takes(";")) return false;
    if (!takes(key) || !takes("=") || !takes(value)) return false;
    is_first = false;
  }
  return text.empty();
}

}  // namespace plumbline
