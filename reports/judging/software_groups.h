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

/// Which hosts have the same versions of all that.
class SoftwareGroups {
 public:
  /// Of the software of a host, by key and value; of devices of one kind together.
  using Versions = std::vector<std::pair<std::string, std::string>>;

  explicit SoftwareGroups(std::span<const RunDirectory> runs);

  /// The group of a host in a run; 0, which has no versions, where none is known. Groups are
  /// numbered in order of their versions.
  std::uint32_t of(const std::string& run, const std::string& host) const;
  const Versions& versions(std::uint32_t group) const { return groups_[group]; }
  std::size_t size() const { return groups_.size(); }

  /// "driver.version 570.1 instead of 580.2, kernel 6.1 instead of 6.8": how `group` differs from
  /// `other`; of many differences the first ones.
  std::string difference(std::uint32_t group, std::uint32_t other) const;

 private:
  std::vector<Versions> groups_;
  std::map<std::string, std::unordered_map<std::string, std::uint32_t>> by_run_;
};

}  // namespace plumbline
