#include "suites/description/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string two_parts(long long whole, const char* unit, long long rest, const char* rest_unit) {
  return rest == 0 ? fmt::format("{} {}", whole, unit)
                   : fmt::format("{} {} {} {}", whole, unit, rest, rest_unit);
}

}  // namespace

std::optional<Seconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto value = parse_number(text.substr(0, text.size() - 1));
  if (!value || *value <= 0) return std::nullopt;
  switch (text.back()) {
    case 's':
      return Seconds(*value);
    case 'm':
      return Seconds(*value * 60);
    case 'h':
      return Seconds(*value * 3600);
    default:
      return std::nullopt;
  }
}

std::string format_duration(Seconds duration) {
  const double seconds = std::max(0.0, duration.count());
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return two_parts(whole / 60, "min", whole % 60, "s");
  const auto minutes = std::llround(seconds / 60);
  return two_parts(minutes / 60, "h", minutes % 60, "min");
}

}  // namespace plumbline
