#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t named_hosts = 6;

struct Value {
  std::string value;
  std::vector<std::string> hosts;
};

std::string hosts_text(const std::vector<std::string>& hosts, std::size_t all) {
  if (hosts.size() == all)
    return all == 1 ? hosts.front() : fmt::format("all {} hosts", count(all));
  std::string text;
  for (std::size_t i = 0; i < std::min(hosts.size(), named_hosts); ++i) {
    text += (i == 0 ? "" : ", ") + hosts[i];
  }
  if (hosts.size() > named_hosts) text += fmt::format(" and {} more", hosts.size() - named_hosts);
  return text;
}

}  // namespace

void render_software(const Evidence& evidence, const Element& section) {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> by_key;
  std::map<std::string, bool> hosts;
  for (const ContextEntry& entry : evidence.context) {
    std::vector<std::string>& list = by_key[entry.key][entry.value];
    if (std::ranges::find(list, entry.host) == list.end()) list.push_back(entry.host);
    hosts[entry.host] = true;
  }
  if (by_key.empty()) {
    section.add("p").text("No run wrote down its software (context.csv is empty or missing).");
    return;
  }
  const bool many = hosts.size() > 1;
  section.add("p", {{"class", "lead"}})
      .text(many ? "What the measured hosts ran. Where they differ, the most frequent value comes "
                   "first and the hosts of the others are named."
                 : "What the measured host ran, and how it was set.");
  const Element frame = section.add("div", {{"class", "scroll"}});
  const Element table = frame.add("table", {{"class", "context"}});
  const Element body = table.add("tbody");
  for (const auto& [key, values] : by_key) {
    std::vector<Value> ordered;
    for (const auto& [value, on] : values) ordered.push_back({value, on});
    std::ranges::stable_sort(
        ordered, [](const Value& a, const Value& b) { return a.hosts.size() > b.hosts.size(); });
    bool first = true;
    for (const Value& value : ordered) {
      const Element row = body.add("tr", {{"class", first ? "same" : "differs"}});
      row.add("th", {{"scope", "row"}}).text(first ? key : "");
      row.add("td").text(value.value);
      if (many) row.add("td", {{"class", "host"}}).text(hosts_text(value.hosts, hosts.size()));
      first = false;
    }
  }
}

}  // namespace plumbline
