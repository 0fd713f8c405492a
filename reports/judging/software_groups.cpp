#include "reports/judging/software_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/schema/device.h"

namespace plumbline {
namespace {

/// "gpu.vbios" of "gpu3.vbios": which of them it is does not matter.
std::string kind_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  std::string kind;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (i >= std::min(dot, key.size()) || key[i] < '0' || key[i] > '9') kind += key[i];
  }
  return kind;
}

using Values = std::map<std::string, std::set<std::string>>;

Versions joined(const Values& values) {
  Versions versions;
  for (const auto& [key, of_key] : values) {
    versions.emplace_back(key, fmt::format("{}", fmt::join(of_key, " and ")));
  }
  return versions;
}

std::string value_of(const Versions& versions, const std::string& key) {
  const auto found = std::lower_bound(versions.begin(), versions.end(), key,
                                      [](const auto& a, const auto& b) { return a.first < b; });
  return found != versions.end() && found->first == key ? found->second : "unknown";
}

}  // namespace

bool is_version(std::string_view key) {
  return key == "kernel" || key == "libfabric.api" || key.ends_with("bios_version") ||
         key.ends_with(".version") || key.ends_with(".vbios") || key.ends_with("firmware");
}

SoftwareGroups::SoftwareGroups(std::span<const RunDirectory> runs) {
  std::map<std::string, std::unordered_map<std::string, Values>> values;
  for (const RunDirectory& run : runs) {
    if (!std::filesystem::exists(run.context())) continue;
    auto& hosts = values[run.name()];
    read_csv<ContextEntry>(
        run.context(),
        [&](const ContextEntry& entry) {
          if (is_version(entry.key)) hosts[entry.host][kind_of(entry.key)].insert(entry.value);
        },
        BadRows::collect);
  }
  std::set<Versions> all = {Versions()};
  for (const auto& [run, hosts] : values) {
    for (const auto& [host, of_host] : hosts) all.insert(joined(of_host));
  }
  groups_.assign(all.begin(), all.end());
  for (const auto& [run, hosts] : values) {
    for (const auto& [host, of_host] : hosts) {
      const auto group = std::lower_bound(groups_.begin(), groups_.end(), joined(of_host));
      by_run_[run][host] = static_cast<std::uint32_t>(group - groups_.begin());
    }
  }
}

std::uint32_t SoftwareGroups::of(const std::string& run, const std::string& host) const {
  const auto hosts = by_run_.find(run);
  if (hosts == by_run_.end()) return 0;
  const auto group = hosts->second.find(host);
  return group == hosts->second.end() ? 0 : group->second;
}

std::string difference(const Versions& versions, const Versions& others) {
  constexpr std::size_t most = 3;
  std::set<std::string> keys;
  for (const Versions* each : {&versions, &others}) {
    for (const auto& [key, value] : *each) keys.insert(key);
  }
  std::vector<std::string> differences;
  for (const std::string& key : keys) {
    const std::string own = value_of(versions, key);
    const std::string theirs = value_of(others, key);
    if (own != theirs) differences.push_back(fmt::format("{} {} instead of {}", key, own, theirs));
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(most, differences.size()); ++i) {
    text += (i == 0 ? "" : ", ") + differences[i];
  }
  if (differences.size() > most) text += fmt::format(" and {} more", differences.size() - most);
  return text;
}

}  // namespace plumbline
