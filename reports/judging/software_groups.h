#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "results/schema/run_directory.h"

namespace plumbline {

/// Whether a key of context.csv is a version that changes what numbers mean: of the kernel, a
/// driver, a library, firmware.
bool is_version(std::string_view key);

/// Versions by key, of devices of one kind together, in order of the keys.
using Versions = std::vector<std::pair<std::string, std::string>>;

/// "driver.version 570.1 instead of 580.2, kernel 6.1 instead of 6.8": how some differ from others;
/// of many differences the first ones.
std::string difference(const Versions& versions, const Versions& others);

/// Which hosts have the same versions of all that.
class SoftwareGroups {
 public:
  explicit SoftwareGroups(std::span<const RunDirectory> runs);

  /// The group of a host in a run; 0, which has no versions, where none is known. Groups are
  /// numbered in order of their versions.
  std::uint32_t of(const std::string& run, const std::string& host) const;
  const Versions& versions(std::uint32_t group) const { return groups_[group]; }
  const std::vector<Versions>& groups() const { return groups_; }

 private:
  std::vector<Versions> groups_;
  std::map<std::string, std::unordered_map<std::string, std::uint32_t>> by_run_;
};

}  // namespace plumbline
