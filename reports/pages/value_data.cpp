#include "reports/pages/value_data.h"

#include <algorithm>
#include <cmath>

#include "reports/html/column_table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::ColumnTable;

constexpr double fine_steps = 8192;
constexpr double coarse_steps = 200;

std::uint16_t level(float value, double reference, double steps, double most) {
  const double share = static_cast<double>(value) / reference;
  if (!std::isfinite(share)) return 0;
  return static_cast<std::uint16_t>(std::clamp(std::round(share * steps), 1.0, most));
}

std::string work(const ValueSeries& series) {
  Finding about;
  about.bytes = series.bytes;
  about.params = series.params;
  return work_of(about);
}

std::string path(const ValueSeries& series) {
  return series.peer.empty() ? series.subject : series.subject + '>' + series.peer;
}

}  // namespace

void value_data(const html::Element& into, const FleetValues& values) {
  if (values.series.empty()) return;
  const bool coarse = values.worst_of_metric;
  const double steps = coarse ? coarse_steps : fine_steps;
  const double most = coarse ? 255 : 65535;
  ColumnTable about;
  const auto texts = [&](std::string_view name, auto&& text) {
    std::vector<std::string> all;
    for (const ValueSeries& series : values.series) all.push_back(text(series));
    about.texts(name, all);
  };
  const auto numbers = [&](std::string_view name, auto&& number) {
    std::vector<double> all;
    for (const ValueSeries& series : values.series) all.push_back(number(series));
    about.numbers(name, all);
  };
  std::vector<std::uint8_t> low, high;
  std::vector<double> references;
  for (const ValueSeries& series : values.series) {
    const double reference = series.reference();
    references.push_back(reference);
    for (const float value : series.values) {
      const std::uint16_t one = level(value, reference, steps, most);
      low.push_back(static_cast<std::uint8_t>(one & 0xFF));
      if (!coarse) high.push_back(static_cast<std::uint8_t>(one >> 8));
    }
  }
  texts("metric", [](const ValueSeries& series) { return series.metric; });
  texts("instance_type", [](const ValueSeries& series) { return series.instance_type; });
  texts("subject", path);
  texts("work", work);
  texts("unit", [](const ValueSeries& series) { return series.unit; });
  texts("better", [](const ValueSeries& series) { return better_names[series.better]; });
  numbers("expected", [](const ValueSeries& series) { return series.expected; });
  numbers("low", [](const ValueSeries& series) { return series.low; });
  numbers("high", [](const ValueSeries& series) { return series.high; });
  about.numbers("reference", references);
  into.data("series", about.encoded());

  ColumnTable levels;
  const double scale[] = {steps};
  levels.numbers("steps", scale);
  levels.bytes("low", low);
  if (!coarse) levels.bytes("high", high);
  into.data("values", levels.encoded());
}

void host_data(const html::Element& into, const Evidence& evidence) {
  std::vector<std::string> hosts;
  hosts.reserve(evidence.nodes.size());
  for (const NodeVerdict& node : evidence.nodes) hosts.push_back(node.host);
  ColumnTable table;
  table.texts("host", std::span<const std::string>(hosts));
  into.data("hosts", table.encoded());
}

}  // namespace plumbline
