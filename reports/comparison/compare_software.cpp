#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/comparison/compare_runs.h"
#include "reports/evaluation/sentence.h"
#include "results/schema/device.h"

namespace plumbline {
namespace {

/// How many hosts have each value of each key, in their last run.
using Values = std::map<std::string, std::map<std::string, std::set<std::string>>>;

Values values_of(std::span<const RunDirectory> runs) {
  std::map<std::pair<std::string, std::string>, std::string> last;  // host and key
  for (const RunDirectory& run : runs) {
    if (!std::filesystem::exists(run.context())) continue;
    read_csv<ContextEntry>(
        run.context(),
        [&](const ContextEntry& entry) {
          last[{entry.host, entry.key}] = entry.value;
        },
        BadRows::collect);
  }
  Values values;
  for (const auto& [host_and_key, value] : last) {
    values[host_and_key.second][value].insert(host_and_key.first);
  }
  return values;
}

/// "570.1 (12 hosts), 570.2 (1 host)": the most frequent first.
std::string in_words(const std::map<std::string, std::set<std::string>>& hosts_of) {
  constexpr std::size_t shown = 3;
  std::vector<std::pair<std::size_t, std::string>> counts;
  for (const auto& [value, hosts] : hosts_of) counts.emplace_back(hosts.size(), value);
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, counts.size()); ++i) {
    const std::string value = counts[i].second.empty() ? "(empty)" : counts[i].second;
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", value, counted(counts[i].first, "host"));
  }
  if (counts.size() > shown) text += fmt::format(" and {} more values", counts.size() - shown);
  return text.empty() ? "not known" : text;
}

std::set<std::string> values_in(const std::map<std::string, std::set<std::string>>& hosts_of) {
  std::set<std::string> values;
  for (const auto& [value, hosts] : hosts_of) values.insert(value);
  return values;
}

}  // namespace

std::vector<ChangedSoftware> compare_software(std::span<const RunDirectory> before,
                                              std::span<const RunDirectory> after) {
  Values old = values_of(before);
  Values now = values_of(after);
  if (old.empty() || now.empty()) return {};
  std::set<std::string> keys;
  for (const auto* side : {&old, &now}) {
    for (const auto& [key, values] : *side) keys.insert(key);
  }
  std::vector<ChangedSoftware> changed;
  for (const std::string& key : keys) {
    if (values_in(old[key]) == values_in(now[key])) continue;
    changed.push_back({key, in_words(old[key]), in_words(now[key])});
  }
  return changed;
}

}  // namespace plumbline
