#include "probes/node/sysfs_link.h"

#include <array>
#include <fstream>

#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

unsigned generation_of(const std::string& speed) {
  static constexpr std::array<double, 6> gigatransfers = {2.5, 5, 8, 16, 32, 64};
  const std::size_t unit = speed.find(" GT/s");
  if (unit == std::string::npos) return 0;
  const std::optional<double> rate = parse_number(speed.substr(0, unit));
  for (unsigned i = 0; rate && i < gigatransfers.size(); ++i) {
    if (*rate == gigatransfers[i]) return i + 1;
  }
  return 0;
}

}  // namespace

Link parse_link(const std::string& speed, const std::string& width) {
  const unsigned generation = generation_of(speed);
  const std::optional<std::uint64_t> lanes = parse_integer(width);
  // A function without a link says 0, 63 or 255 lanes.
  if (!lanes || *lanes > 32) return {};
  const auto rate = link_gb_per_s(generation, static_cast<unsigned>(*lanes));
  return rate ? Link{*rate, generation, static_cast<unsigned>(*lanes)} : Link{};
}

SysfsLink read_sysfs_link(const std::filesystem::path& devices, const PciAddress& address) {
  const std::filesystem::path folder = devices / to_string(address);
  const auto read = [&](const std::string& which) {
    return parse_link(first_line(folder / (which + "_link_speed")),
                      first_line(folder / (which + "_link_width")));
  };
  return {read("current"), read("max")};
}

}  // namespace plumbline
