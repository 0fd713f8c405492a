#include "reports/baselines/units.h"

#include <algorithm>
#include <array>

namespace plumbline {
namespace {

constexpr std::array<std::string_view, 6> amounts = {"B", "KiB", "MiB", "GiB", "GB", "TB"};
constexpr std::array<std::string_view, 26> others = {
    "GB/s", "MB/s", "Gbit/s", "TFLOP/s", "GFLOP/s", "GT/s",     "GHz",    "MHz",   "s",
    "ms",   "us",   "ns",     "1/s",     "M/s",     "count",    "lanes",  "index", "W",
    "C",    "%",    "ratio",  "text",    "bool",    "distance", "TFLOPS", "words"};

bool contains(const auto& units, std::string_view unit) {
  return std::find(units.begin(), units.end(), unit) != units.end();
}

}  // namespace

bool is_known_unit(std::string_view unit) {
  return contains(others, unit) || is_amount_of_bytes(unit);
}

std::string known_units() {
  std::string text;
  for (const std::string_view unit : others) text.append(unit).append(", ");
  for (const std::string_view unit : amounts) text.append(unit).append(", ");
  text.resize(text.size() - 2);
  return text;
}

bool is_amount_of_bytes(std::string_view unit) { return contains(amounts, unit); }

}  // namespace plumbline
