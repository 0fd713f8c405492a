#include "reports/judging/software_collector.h"

#include <algorithm>

#include "results/schema/device.h"

namespace plumbline {

void SoftwareCollector::read(const std::filesystem::path& context) {
  if (!std::filesystem::exists(context)) return;
  read_csv<ContextEntry>(
      context,
      [&](const ContextEntry& entry) {
        const auto number = static_cast<std::uint32_t>(hosts_.size());
        const auto [host, is_new] = host_numbers_.emplace(entry.host, number);
        if (is_new) hosts_.push_back(entry.host);
        settings_[entry.key][entry.value].push_back(host->second);
      },
      BadRows::collect);
}

void SoftwareCollector::finish(Evidence& evidence) {
  evidence.software_hosts = hosts_.size();
  std::size_t named = 0;
  for (auto& [key, values] : settings_) {
    Setting setting;
    setting.key = key;
    setting.different = values.size();
    std::vector<std::pair<const std::string*, std::vector<std::uint32_t>*>> order;
    for (auto& [value, hosts] : values) {
      std::ranges::sort(hosts);
      hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
      order.emplace_back(&value, &hosts);
    }
    std::ranges::stable_sort(
        order, [](const auto& a, const auto& b) { return a.second->size() > b.second->size(); });
    if (order.size() > most_values) order.resize(most_values);
    for (std::size_t i = 0; i < order.size(); ++i) {
      Setting::Value value{*order[i].first, order[i].second->size(), {}};
      for (const std::uint32_t host : *order[i].second) {
        if (i == 0 || named == most_named) break;
        value.named.push_back(hosts_[host]);
        ++named;
      }
      setting.values.push_back(std::move(value));
    }
    evidence.software.push_back(std::move(setting));
    values.clear();
  }
}

}  // namespace plumbline
