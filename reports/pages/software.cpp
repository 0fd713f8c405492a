#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "reports/pages/fleet_table.h"
#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t named_hosts = 6;
constexpr std::size_t shown_values = 8;  // of one setting

/// Where most hosts have a value of their own, the setting is a name and no drift.
bool is_a_name(const Setting& setting, std::uint64_t hosts) {
  return setting.different > 2 && 2 * setting.different > hosts;
}

std::string hosts_text(const Setting::Value& value, std::uint64_t all) {
  if (value.hosts == all) return fmt::format("all {} hosts", count(all));
  if (value.named.empty()) return count_of(value.hosts, "host");
  const std::size_t shown = std::min(value.named.size(), named_hosts);
  std::string text = fmt::format("{}", fmt::join(std::span(value.named).first(shown), ", "));
  if (value.hosts > shown) text += fmt::format(" and {} more", count(value.hosts - shown));
  return text;
}

void settings(const Evidence& evidence, const Element& section) {
  const bool many = evidence.software_hosts > 1;
  const Element frame = section.add("div", {{"class", "scroll"}});
  const Element table = frame.add("table", {{"class", "context"}});
  const Element body = table.add("tbody");
  for (const Setting& setting : evidence.software) {
    const bool name = is_a_name(setting, evidence.software_hosts);
    const std::size_t shown = std::min(setting.values.size(), name ? 2 : shown_values);
    for (std::size_t i = 0; i < shown; ++i) {
      const Setting::Value& value = setting.values[i];
      const Element row = body.add("tr", {{"class", i == 0 || name ? "same" : "differs"}});
      row.add("th", {{"scope", "row"}}).text(i == 0 ? setting.key : "");
      row.add("td").text(value.value.empty() ? "(empty)" : value.value);
      if (many) {
        row.add("td", {{"class", "host"}}).text(hosts_text(value, evidence.software_hosts));
      }
    }
    if (setting.different > shown) {
      const Element row = body.add("tr", {{"class", "same"}});
      row.add("th");
      row.add("td", {{"class", "work"}, {"colspan", many ? 2 : 1}})
          .text(fmt::format("and {} values more", count(setting.different - shown)));
    }
  }
}

/// A line for each host and setting that is not what most hosts have.
FleetTable drift(const Evidence& evidence) {
  std::vector<std::string> hosts, keys, values, usual;
  std::vector<double> shared;
  for (const Setting& setting : evidence.software) {
    if (is_a_name(setting, evidence.software_hosts)) continue;
    for (const Setting::Value& value : setting.values) {
      for (const std::string& host : value.named) {
        hosts.push_back(host);
        keys.push_back(setting.key);
        values.push_back(value.value);
        usual.push_back(setting.values.front().value);
        shared.push_back(static_cast<double>(value.hosts));
      }
    }
  }
  FleetTable table("drift", "difference");
  table.texts({.name = "host", .title = "Host", .width = 12, .link = "node", .key = "host"},
              std::move(hosts));
  table.texts({.name = "setting", .title = "Setting", .width = 14, .choice = true},
              std::move(keys));
  table.texts({.name = "value", .title = "Is"}, std::move(values));
  table.numbers({"hosts", "Hosts with it", Look::count, 8}, std::move(shared));
  table.texts({.name = "usual", .title = "Most have"}, std::move(usual));
  return table;
}

}  // namespace

void render_software(const Evidence& evidence, const Element& section) {
  if (evidence.software.empty()) {
    section.add("p").text("No run wrote down its software (context.csv is empty or missing).");
    return;
  }
  const bool many = evidence.software_hosts > 1;
  const FleetTable differences = drift(evidence);
  std::string lead = "What the measured host ran, and how it was set.";
  if (many) {
    lead = fmt::format(
        "What {} ran, and how they were set. Where they differ, the most frequent value comes "
        "first.",
        count_of(evidence.software_hosts, "measured host"));
    lead += differences.rows() == 0 ? " All agree." : "";
  }
  section.add("p", {{"class", "lead"}}).text(lead);
  if (many && differences.rows() != 0) {
    section.add("h3").text("Software drift: hosts that differ from the most");
    differences.render(section, 25);
    section.add("h3").text("All settings");
  }
  settings(evidence, section);
}

}  // namespace plumbline
