#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/pages/evidence.h"

namespace plumbline {

/// What the hosts say about their software, from the context.csv of all runs: counted by value, so
/// that memory does not grow with what all hosts have in common but for a number each.
class SoftwareCollector {
 public:
  static constexpr std::size_t most_named = 20'000;  ///< hosts that differ, over all settings
  static constexpr std::size_t most_values = 40;     ///< of one setting

  void read(const std::filesystem::path& context);

  void finish(Evidence& evidence);

 private:
  std::vector<std::string> hosts_;
  std::unordered_map<std::string, std::uint32_t> host_numbers_;
  std::map<std::string, std::map<std::string, std::vector<std::uint32_t>>> settings_;
};

}  // namespace plumbline
