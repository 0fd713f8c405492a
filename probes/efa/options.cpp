#include "probes/efa/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "results/schema/number.h"

namespace plumbline::efa {
namespace {

constexpr std::uint64_t largest = std::uint64_t{1} << 40;

[[noreturn]] void refuse(const char* option, const std::string& found, const char* expected) {
  throw std::invalid_argument(
      fmt::format("--{}: found \"{}\", expected {}", option, found, expected));
}

std::uint64_t whole_number(const Options& options, const char* option, std::uint64_t least,
                           std::uint64_t most, const char* expected) {
  const std::string& text = options.at(option);
  const auto number = parse_integer(text);
  if (!number || *number < least || *number > most) refuse(option, text, expected);
  return *number;
}

double seconds(const Options& options, const char* option) {
  const std::string& text = options.at(option);
  const auto number = parse_number(text);
  if (!number || !(*number > 0) || *number > 3600) {
    refuse(option, text, "seconds above 0 and up to 3600");
  }
  return *number;
}

std::uint64_t second_level_cache(const Node& node) {
  std::uint64_t most = std::uint64_t{2} << 20;
  for (const Cache& cache : node.caches) {
    if (cache.level == 2) most = std::max(most, cache.bytes);
  }
  return most;
}

}  // namespace

std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    if (end > from) pieces.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return pieces;
}

RailChoice rail_choice(const Options& options) {
  RailChoice choice;
  choice.provider = options.at("provider");
  choice.efa_fabric = options.at("efa-fabric");
  if (choice.efa_fabric != "auto" && choice.efa_fabric != "efa" &&
      choice.efa_fabric != "efa-direct") {
    refuse("efa-fabric", choice.efa_fabric, "auto, efa or efa-direct");
  }
  choice.names = pieces_of(options.at("rails"));
  const std::string& memory = options.at("memory");
  if (memory != "host" && memory != "gpu") refuse("memory", memory, "host or gpu");
  choice.gpu_memory = memory == "gpu";
  choice.libcuda = options.at("gpu-library");
  return choice;
}

std::vector<std::uint64_t> asked_sizes(const Options& options) {
  std::vector<std::uint64_t> sizes;
  for (const std::string& piece : pieces_of(options.at("sizes"))) {
    const auto size = parse_integer(piece);
    if (!size || *size == 0 || *size > largest) refuse("sizes", piece, "bytes from 1 on");
    sizes.push_back(*size);
  }
  return sizes;
}

void read_settings(const Options& options, const Node& node, Bench& bench) {
  bench.stream.seconds = seconds(options, "seconds");
  bench.stream.window = whole_number(options, "window", 0, 4096, "messages up to 4096");
  bench.stream.stall_s = bench.latency.stall_s = seconds(options, "stall-limit");
  bench.working_set = options.at("working-set") == "auto"
                          ? 4 * second_level_cache(node)
                          : whole_number(options, "working-set", 0, largest, "auto or bytes");
  const std::string& spin = options.at("spin");
  if (spin != "auto" && spin != "yes" && spin != "no") refuse("spin", spin, "auto, yes or no");
  bench.ends.spin = spin == "auto"  ? SessionSettings::Spin::automatic
                    : spin == "yes" ? SessionSettings::Spin::yes
                                    : SessionSettings::Spin::no;
}

}  // namespace plumbline::efa
