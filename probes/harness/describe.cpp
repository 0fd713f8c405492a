#include "probes/harness/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plumbline {

void describe_as_table(const Probe& probe, std::ostream& out) {
  std::size_t name_width = 6, unit_width = 4;
  for (const Metric& metric : probe.metrics) {
    name_width = std::max(name_width, std::string_view(metric.name).size());
    unit_width = std::max(unit_width, std::string_view(metric.unit).size());
  }
  out << fmt::format("{}: {}\n\n", probe.name, probe.purpose);
  out << fmt::format("{:{}}  {:{}}  better  meaning\n", "metric", name_width, "unit", unit_width);
  for (const Metric& metric : probe.metrics) {
    out << fmt::format("{:{}}  {:{}}  {:6}  {}\n", metric.name, name_width, metric.unit, unit_width,
                       better_names[metric.better], metric.meaning);
  }
  if (probe.options.empty()) return;
  out << "\noptions\n";
  for (const ProbeOption& option : probe.options) {
    out << fmt::format("  --{:16} {}\n", option.name, option.meaning);
  }
}

void describe_as_json(const Probe& probe, std::ostream& out) {
  nlohmann::ordered_json json{{"probe", probe.name},
                              {"purpose", probe.purpose},
                              {"metrics", nlohmann::ordered_json::array()},
                              {"options", nlohmann::ordered_json::array()}};
  for (const Metric& metric : probe.metrics) {
    json["metrics"].push_back({{"name", metric.name},
                               {"unit", metric.unit},
                               {"better", better_names[metric.better]},
                               {"meaning", metric.meaning}});
  }
  for (const ProbeOption& option : probe.options) {
    json["options"].push_back(
        {{"name", option.name}, {"meaning", option.meaning}, {"initial", option.initial}});
  }
  out << json.dump(2) << '\n';
}

void plan_as_json(const Probe& probe, std::span<const Case> cases, std::ostream& out) {
  nlohmann::ordered_json json{{"probe", probe.name}, {"cases", nlohmann::ordered_json::array()}};
  for (const Case& entry : cases) {
    const bool timed = entry.kind != Case::Kind::fact && entry.kind != Case::Kind::skip;
    const double warm_up = timed ? entry.sampling.warm_up_seconds : 0;
    json["cases"].push_back({{"name", entry.name},
                             {"min_seconds", timed ? warm_up + entry.sampling.min_seconds : 0.0},
                             {"max_seconds", timed ? warm_up + entry.sampling.max_seconds : 0.0}});
  }
  out << json.dump(2) << '\n';
}

}  // namespace plumbline
