#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/evaluation/noise.h"
#include "reports/pages/distribution_plots.h"
#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::uint64_t least_values = 3;  // fewer are no distribution
constexpr std::size_t most_apart = 40;     // in the list on top
constexpr std::size_t most_listed = 12;    // of one metric

using Distributions = std::vector<const MetricDistribution*>;

double to_median(const MetricDistribution& d, const NamedValue& one) {
  return one.value / d.median() - 1;
}

/// How much worse than the median.
double deficit(const MetricDistribution& d, const NamedValue& one) {
  return d.better == Better::lower ? to_median(d, one) : -to_median(d, one);
}

/// Leads from a value to its finding, where that is in the report.
class Findings {
 public:
  explicit Findings(const Evidence& evidence) {
    for (const JudgedFinding& judged : evidence.findings) {
      by_id_.emplace(judged.finding.id, &judged.finding);
    }
  }

  void link(const Element& into, const NamedValue& one, const std::string& text) const {
    const auto found = by_id_.find(one.finding);
    if (found == by_id_.end()) {
      into.text(text);
    } else {
      into.add("a", {{"href", '#' + finding_anchor(*found->second)}}).text(text);
    }
  }

 private:
  std::unordered_map<std::string, const Finding*> by_id_;
};

void value_cells(const Element& row, const MetricDistribution& d, const NamedValue& one) {
  number_cell(row, value_with_unit(one.value, d.unit), one.value);
  if (d.median() == 0) return number_cell(row, "");
  number_cell(row, signed_percent(to_median(d, one)), to_median(d, one));
}

void metric_name(const Element& into, const MetricDistribution& d, bool several_types) {
  into.add("b", {{"class", "metric"}}).text(d.metric);
  const std::string work = work_of(d.bytes, d.params);
  if (!work.empty()) into.text(" ").add("span", {{"class", "work"}}).text(work);
  if (several_types) into.text(" ").add("span", {{"class", "type"}}).text(d.instance_type);
}

/// All that lies apart, the worst first: where an operator looks.
void apart_list(const Element& section, const Distributions& all, const Findings& findings,
                bool several_types) {
  struct Apart {
    const MetricDistribution* of;
    const NamedValue* one;
  };
  std::vector<Apart> apart;
  for (const MetricDistribution* d : all) {
    for (std::size_t i = 0; i < d->outliers; ++i) apart.push_back({d, &d->values_by_rank[i]});
  }
  if (apart.empty()) {
    section.add("p").text("No value lies apart from the others of its metric.");
    return;
  }
  std::ranges::stable_sort(apart, [](const Apart& a, const Apart& b) {
    return deficit(*a.of, *a.one) > deficit(*b.of, *b.one);
  });
  section.add("h3").text("What lies apart");
  const bool is_cut = apart.size() > most_apart;
  if (is_cut) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("The {} values that are furthest from the median of {}.", most_apart,
                          count(apart.size())));
    apart.resize(most_apart);
  }
  const SortableTable table(
      section, "",
      {{"Verdict"}, {"Host"}, {"Subject"}, {"Metric"}, {"Value", true}, {"To the median", true}});
  for (const auto& [d, one] : apart) {
    const Element row = table.body.add("tr");
    {
      const Element cell = row.add("td", {{"data-sort", -static_cast<int>(one->verdict)}});
      badge(cell, one->verdict);
    }
    row.add("td", {{"class", "host"}}).text(one->host);
    {
      const Element cell = row.add("td");
      findings.link(cell, *one, one->subject);
    }
    {
      const Element cell = row.add("td", {{"class", "what"}});
      metric_name(cell, *d, several_types);
    }
    value_cells(row, *d, *one);
  }
}

void worst_list(const Element& into, const MetricDistribution& d, const Findings& findings) {
  const std::size_t listed = d.is_complete() && d.values_by_rank.size() <= most_listed
                                 ? d.values_by_rank.size()
                                 : std::min(std::max(d.outliers, std::size_t{3}), most_listed);
  const Element scroll = into.add("div", {{"class", "scroll"}});
  const Element table = scroll.add("table", {{"class", "worst"}});
  table.add("caption").text(listed == d.values ? "All values" : "The worst values");
  const Element body = table.add("tbody");
  for (std::size_t i = 0; i < std::min(listed, d.values_by_rank.size()); ++i) {
    const NamedValue& one = d.values_by_rank[i];
    const Element row = body.add("tr");
    row.add("th", {{"scope", "row"}, {"class", "host"}}).text(one.host);
    {
      const Element cell = row.add("td");
      findings.link(cell, one, one.subject);
    }
    value_cells(row, d, one);
  }
}

void facts(const Element& into, const MetricDistribution& d) {
  const Element list = into.add("dl", {{"class", "facts"}});
  const auto fact = [&](const char* name, const std::string& text) {
    list.add("dt").text(name);
    list.add("dd").text(text);
  };
  fact("Values", fmt::format("{} of {}, class {}", count(d.values), count_of(d.hosts, "node"),
                             d.subject_class));
  fact("Median", value_with_unit(d.median(), d.unit));
  fact("From \u2013 to", fmt::format("{} \u2013 {}", person_number(d.quantiles.front()),
                                     value_with_unit(d.quantiles.back(), d.unit)));
  if (d.expected) fact("Expected", value_with_unit(*d.expected, d.unit));
  if (d.low) fact("At least", value_with_unit(*d.low, d.unit));
  if (d.high) fact("At most", value_with_unit(*d.high, d.unit));
  if (d.ceiling) fact("Ceiling", value_with_unit(*d.ceiling, d.unit));
}

/// "-0.8 to +0.4 %": the middle nine tenths, relative to the median.
std::string spread_text(const MetricDistribution& d) {
  if (d.median() == 0) return "";
  const auto at = [&](double share) {
    const auto place = std::ranges::find(distribution_shares, share) - distribution_shares.begin();
    return d.quantiles[static_cast<std::size_t>(place)] / d.median() - 1;
  };
  return fmt::format("{} to {}", signed_percent(at(0.05)), signed_percent(at(0.95)));
}

void one_distribution(const Element& list, const MetricDistribution& d, const Findings& findings,
                      bool several_types) {
  const Element details = list.add("details", {{"class", "distribution"}});
  {
    const Element row = details.add("summary", {{"class", "d-row"}});
    {
      const Element name = row.add("span", {{"class", "d-what"}});
      metric_name(name, d, several_types);
      name.text(" ").add("span", {{"class", "type"}}).text(d.subject_class);
    }
    row.add("span", {{"class", "d-count"}}).text(count(d.values));
    row.add("span", {{"class", "d-median"}}).text(value_with_unit(d.median(), d.unit));
    row.add("span", {{"class", "d-spread"}}).text(spread_text(d));
    {
      const Element strip = row.add("span", {{"class", "d-strip"}});
      strip_plot(strip, d);
    }
    row.add("span", {{"class", d.outliers > 0 ? "d-apart some" : "d-apart"}})
        .text(d.outliers > 0 ? fmt::format("{} apart", d.outliers) : "");
  }
  const Element body = details.add("div", {{"class", "d-body"}});
  {
    const Element figure = body.add("figure");
    figure.add("figcaption").text("Share of the values that are at most so large");
    cumulative_plot(figure, d);
  }
  const Element side = body.add("div");
  facts(side, d);
  worst_list(side, d, findings);
}

void head(const Element& list) {
  const Element row = list.add("div", {{"class", "d-row d-head"}});
  row.add("span").text("Metric");
  row.add("span", {{"class", "d-count"}}).text("Values");
  row.add("span", {{"class", "d-median"}}).text("Median");
  row.add("span", {{"class", "d-spread"}}).text("Nine of ten within");
  {
    const Element strip = row.add("span", {{"class", "d-strip"}});
    strip_scale(strip);
  }
  row.add("span", {{"class", "d-apart"}});
}

void legend(const Element& section) {
  const Element line = section.add("p", {{"class", "legend"}});
  const auto entry = [&](const char* css, const char* path, const char* text) {
    const Element item = line.add("span", {{"class", "key"}});
    {
      const Element svg =
          item.add("svg", {{"class", "strip"}, {"viewBox", "0 0 34 18"}, {"aria-hidden", "true"}});
      svg.add("path", {{"class", css}, {"d", path}});
    }
    item.text(text);
  };
  entry("each", "M6 5v8M16 5v8M28 5v8", "one value");
  entry("nearly-all", "M2 9H32", "998 of 1000 values");
  entry("half", "M8 9H26", "the middle half");
  entry("apart v-fail", "M17 5.4a3.6 3.6 0 1 0 .01 0z",
        "apart from the others, in the colour of its verdict");
  entry("band", "M2 1h30v16h-30z", "what the baseline allows");
  entry("expected", "M17 1v16", "what it expects");
}

}  // namespace

void render_distributions(const Evidence& evidence, const Element& section) {
  Distributions all;
  std::map<std::string, std::size_t> types;
  for (const MetricDistribution& d : evidence.distributions) {
    if (d.values < least_values) continue;
    all.push_back(&d);
    ++types[d.instance_type];
  }
  if (all.empty()) {
    section.add("p", {{"class", "lead"}})
        .text("Nothing was measured often enough to tell how its values spread.");
    return;
  }
  const bool several_types = types.size() > 1;
  section.add("p", {{"class", "lead"}})
      .text(fmt::format("{} over all nodes, each relative to its median. A value lies apart if "
                        "more than three sigma and a tolerated difference are between it and the "
                        "median; that alone is no verdict.",
                        count_of(all.size(), "metric")));
  const Findings findings(evidence);
  apart_list(section, all, findings, several_types);
  std::map<std::string, Distributions> families;
  for (const MetricDistribution* d : all) families[std::string(family_of(d->metric))].push_back(d);
  legend(section);
  for (const auto& [family, members] : families) {
    section.add("h3").text(family);
    const Element list = section.add("div", {{"class", "distribution-list"}});
    head(list);
    for (const MetricDistribution* d : members) {
      one_distribution(list, *d, findings, several_types);
    }
  }
}

}  // namespace plumbline
