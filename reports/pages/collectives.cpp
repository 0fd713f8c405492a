#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "reports/pages/line_chart.h"
#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::string_view family = "collectives.";
constexpr std::string_view rate = ".busbw";
constexpr std::string_view delay = ".latency";

/// One operation between so many nodes of one type; the most used operation stands first.
struct Operation {
  std::string type;
  std::uint64_t nodes = 1;
  std::string name;

  auto operator<=>(const Operation& other) const {
    const auto order = [](const Operation& o) {
      return std::tuple(std::string_view(o.type), o.nodes, o.name != "all_reduce",
                        std::string_view(o.name));
    };
    return order(*this) <=> order(other);
  }
  bool operator==(const Operation& other) const = default;
};

using Distributions = std::vector<const MetricDistribution*>;

std::uint64_t nodes_of(const MetricDistribution& d) {
  const auto found = d.params.find("nodes");
  return found == d.params.end() ? 1 : parse_integer(found->second).value_or(1);
}

/// "all_reduce" of "collectives.all_reduce.busbw".
std::string operation_of(const MetricDistribution& d, std::string_view what) {
  return d.metric.substr(family.size(), d.metric.size() - family.size() - what.size());
}

bool is_of(const MetricDistribution& d, std::string_view what) {
  return d.metric.starts_with(family) && d.metric.ends_with(what) && d.bytes > 0;
}

/// "NVLS, in place": how the operation was done, in words. What is unknown here stands as it is.
std::string way_of(const MetricDistribution& d) {
  std::string text;
  const auto add = [&](std::string_view part) {
    if (!text.empty()) text += ", ";
    text += part;
  };
  const auto is = [&](std::string_view key, std::string_view value) {
    const auto found = d.params.find(key);
    return found != d.params.end() && found->second == value;
  };
  if (is("nvls", "on")) add("NVLS");
  if (is("nvls", "off")) add("no NVLS");
  if (is("in_place", "1")) add("in place");
  if (is("registered", "1")) add("registered");
  for (const auto& [key, value] : d.params) {
    if (key != "nodes" && key != "nvls" && key != "in_place" && key != "registered") {
      add(key + '=' + value);
    }
  }
  return text.empty() ? "plain" : text;
}

/// Several nodes or groups did the same, so that one is the slowest.
bool has_several(const std::vector<const MetricDistribution*>& members) {
  return std::ranges::any_of(members, [](const MetricDistribution* d) { return d->values > 1; });
}

std::string where_text(std::uint64_t nodes) {
  return nodes == 1 ? "within a node" : fmt::format("over {} nodes", nodes);
}

/// What the value of a size is called: it stands for one node, or is the median of many.
std::string point_label(const MetricDistribution& d) {
  std::string text =
      fmt::format("{}: {}", format_bytes(d.bytes), value_with_unit(d.median(), d.unit));
  if (d.values > 1) {
    text += fmt::format(", median of {}; worst {} on {}", d.values,
                        value_with_unit(d.values_by_rank.front().value, d.unit),
                        d.values_by_rank.front().host);
  }
  if (d.expected) text += fmt::format("; expected {}", value_with_unit(*d.expected, d.unit));
  return text;
}

std::vector<Curve> curves_of(const Distributions& members) {
  std::map<std::string, Curve> by_way;
  for (const MetricDistribution* d : members) {
    Curve& curve = by_way[way_of(*d)];
    curve.name = way_of(*d);
    CurvePoint point{static_cast<double>(d->bytes), d->median(), point_label(*d)};
    if (d->values > 1) {
      point.low = d->quantiles.front();
      point.high = d->quantiles.back();
    }
    point.expected = d->expected;
    point.limit = d->better == Better::lower ? d->high : d->low;
    curve.points.push_back(std::move(point));
  }
  std::vector<Curve> curves;
  for (auto& [way, curve] : by_way) {
    std::ranges::sort(curve.points, {}, &CurvePoint::x);
    curves.push_back(std::move(curve));
  }
  // What covers most sizes first: it has the plainest line.
  std::ranges::stable_sort(
      curves, [](const Curve& a, const Curve& b) { return a.points.size() > b.points.size(); });
  return curves;
}

std::string optional_value(const std::optional<double>& value) {
  return value ? person_number(*value) : "";
}

void slowest_cells(const Element& row, const MetricDistribution& d, bool several) {
  const NamedValue& worst = d.values_by_rank.front();
  number_cell(row, several ? count(d.values) : "");
  number_cell(row, several ? person_number(worst.value) : "", worst.value);
  row.add("td", {{"class", "host"}}).text(several ? worst.host : "");
}

void numbers(const Element& figure, const Distributions& members) {
  const Element details = figure.add("details", {{"class", "fold"}});
  details.add("summary").text("The numbers");
  const bool several = has_several(members);
  const SortableTable table(details, "",
                            {{"Size", true},
                             {"Way"},
                             {several ? "Median" : "Measured", true},
                             {"Unit"},
                             {"Expected", true},
                             {"At least", true},
                             {"Ceiling", true},
                             {several ? "Nodes or groups" : "", true},
                             {several ? "Slowest" : "", true},
                             {several ? "On" : ""}});
  for (const MetricDistribution* d : members) {
    const Element row = table.body.add("tr");
    number_cell(row, format_bytes(d->bytes), static_cast<double>(d->bytes));
    text_cell(row, way_of(*d));
    number_cell(row, person_number(d->median()), d->median());
    text_cell(row, d->unit);
    number_cell(row, optional_value(d->expected));
    number_cell(row, optional_value(d->low));
    number_cell(row, optional_value(d->ceiling));
    slowest_cells(row, *d, several);
  }
}

void rates(const Element& charts, const Operation& operation, const Distributions& members,
           bool several_types) {
  LineChart chart;
  const std::string where = where_text(operation.nodes);
  chart.title = fmt::format("Bus bandwidth of {} {} by size", operation.name, where);
  chart.unit = members.front()->unit;
  chart.curves = curves_of(members);
  chart.scale = ChartScale::from_zero;
  for (const MetricDistribution* d : members) {
    if (d->ceiling) chart.ceiling = std::max(chart.ceiling.value_or(0), *d->ceiling);
  }
  const Element figure = charts.add("figure");
  {
    const Element caption = figure.add("figcaption");
    caption.add("b").text(operation.name);
    caption.text(' ' + where);
    if (several_types) {
      caption.text(" ").add("span", {{"class", "type"}}).text(operation.type);
    }
    caption.add("span", {{"class", "unit"}}).text("bus bandwidth by size");
  }
  line_chart(figure, chart);
  numbers(figure, members);
}

/// The shortest messages: one number each, which a table says best.
void delays(const Element& section, const std::map<Operation, Distributions>& all) {
  if (all.empty()) return;
  section.add("h3").text("The shortest messages");
  const bool several =
      std::ranges::any_of(all, [](const auto& operation) { return has_several(operation.second); });
  const SortableTable table(section, "",
                            {{"Operation"},
                             {"Where"},
                             {"Way"},
                             {"Size", true},
                             {several ? "Median" : "Measured", true},
                             {"Expected", true},
                             {"At most", true},
                             {several ? "Nodes or groups" : "", true},
                             {several ? "Slowest" : "", true},
                             {several ? "On" : ""}});
  for (const auto& [operation, members] : all) {
    for (const MetricDistribution* d : members) {
      const Element row = table.body.add("tr");
      text_cell(row, operation.name);
      text_cell(row, where_text(operation.nodes));
      text_cell(row, way_of(*d));
      number_cell(row, format_bytes(d->bytes), static_cast<double>(d->bytes));
      number_cell(row, value_with_unit(d->median(), d->unit), d->median());
      number_cell(row, optional_value(d->expected));
      number_cell(row, optional_value(d->high));
      slowest_cells(row, *d, several);
    }
  }
}

void legend(const Element& section) {
  const Element line = section.add("p", {{"class", "legend"}});
  const auto entry = [&](const char* css, const char* path, const char* text) {
    const Element item = line.add("span", {{"class", "key curve"}});
    {
      const Element svg =
          item.add("svg", {{"class", "sample"}, {"viewBox", "0 0 34 18"}, {"aria-hidden", "true"}});
      svg.add("path", {{"class", css}, {"d", path}});
    }
    item.text(text);
  };
  entry("line", "M2 13L32 5", "measured; of several nodes or groups their median");
  entry("range", "M2 15L32 9V3L2 9z", "from the slowest to the fastest of them");
  entry("wanted", "M10 5h14M17 5V14h-3h6", "what the baseline expects, down to what it allows");
  entry("ceiling", "M2 9H32", "physical ceiling, where there is one");
}

}  // namespace

void render_collectives(const Evidence& evidence, const Element& section) {
  std::map<Operation, Distributions> by_rate, by_delay;
  std::map<std::string, std::size_t> types;
  for (const MetricDistribution& d : evidence.distributions) {
    for (const auto& [what, into] : {std::pair(rate, &by_rate), std::pair(delay, &by_delay)}) {
      if (!is_of(d, what)) continue;
      (*into)[{d.instance_type, nodes_of(d), operation_of(d, what)}].push_back(&d);
      ++types[d.instance_type];
    }
  }
  if (types.empty()) {
    section.add("p", {{"class", "lead"}}).text("No collective operation was measured.");
    return;
  }
  section.add("p", {{"class", "lead"}})
      .text(
          "How fast all GPUs of a node, or of a group of nodes, exchange data through NCCL. Bus "
          "bandwidth counts what crosses the slowest part of the way, so that operations and "
          "numbers of GPUs compare; over two nodes it may exceed what the network carries.");
  if (!by_rate.empty()) {
    legend(section);
    const Element charts = section.add("div", {{"class", "charts"}});
    for (const auto& [operation, members] : by_rate) {
      rates(charts, operation, members, types.size() > 1);
    }
  }
  delays(section, by_delay);
}

}  // namespace plumbline
