#include "suites/simulation/series_places.h"

namespace plumbline::simulation {

SeriesPlaces::SeriesPlaces(const SimulatedFleet& fleet) {
  for (std::size_t i = 0; i < fleet.nodes(); ++i) nodes_.emplace(fleet.manifest[i].host, i);
  Measurement row;
  for (std::size_t i = 0; i < fleet.machine.series.size(); ++i) {
    row = fleet.machine.series[i].row;
    row.host = {};
    series_.emplace(series_key(row), i);
  }
}

std::optional<std::size_t> SeriesPlaces::node(const std::string& host) const {
  const auto found = nodes_.find(host);
  if (found == nodes_.end()) return std::nullopt;
  return found->second;
}

std::optional<SeriesPlace> SeriesPlaces::of(const Finding& finding) const {
  const auto node_number = node(finding.host);
  if (!node_number) return std::nullopt;
  Measurement row;
  row.metric = finding.metric;
  row.subject = finding.subject;
  row.peer = finding.peer;
  row.bytes = finding.bytes;
  row.params = finding.params;
  const auto series = series_.find(series_key(row));
  if (series == series_.end()) return std::nullopt;
  return SeriesPlace{*node_number, series->second};
}

}  // namespace plumbline::simulation
