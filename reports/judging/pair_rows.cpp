#include "reports/judging/pair_rows.h"

#include <cmath>

namespace plumbline {
namespace {

/// "efa.round2" of the task "efa.round2@node-17+node-18": all pairs of a round ran at once. Empty
/// for a task that was none of a pair.
std::string_view round_of(std::string_view task) {
  const std::size_t at = task.find('@');
  const bool is_pair = at != std::string_view::npos && task.find('+', at) != std::string_view::npos;
  return is_pair ? task.substr(0, at) : std::string_view();
}

}  // namespace

std::uint32_t NameNumbers::number(std::string_view name) {
  const auto [entry, is_new] =
      numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
  if (is_new) names_.emplace_back(name);
  return entry->second;
}

std::optional<OtherEnd> other_end(std::string_view peer) {
  const std::size_t slash = peer.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return OtherEnd{peer.substr(0, slash), peer.substr(slash + 1)};
}

std::string kind_of_pair_row(std::string_view metric, const Params& params) {
  return std::string(metric) + '\x1f' + format_params(params);
}

Manifest PairRows::measured_hosts() const {
  Manifest hosts;
  for (const auto& [host, type] : types_) hosts.push_back({host, type, "", "", "", "", "", ""});
  return hosts;
}

void PairRows::look_at(const Measurement& m) {
  if (m.better != Better::higher || m.unit != "GB/s" || m.outcome != Outcome::ok || !m.median ||
      !std::isfinite(*m.median) || *m.median <= 0) {
    return;
  }
  const auto other = other_end(m.peer);
  const std::string_view round = round_of(m.task);
  if (!other || round.empty() || other->host == m.host) return;
  if (m.subject == "node") return;  // the sum over its NICs
  const std::lock_guard lock(mutex_);
  Kind& kind = kinds_[kind_of_pair_row(m.metric, m.params)];
  if (kind.rows.empty()) {
    kind.metric = m.metric;
    kind.params = m.params;
    kind.unit = m.unit;
  }
  types_.try_emplace(m.host, m.instance_type);
  if (m.bytes < kind.bytes) return;
  if (m.bytes > kind.bytes) kind.rows.clear();
  kind.bytes = m.bytes;
  kind.rows.push_back({hosts_.number(m.host), nics_.number(m.subject), hosts_.number(other->host),
                       nics_.number(other->nic), rounds_.number(m.run + ' ' + std::string(round)),
                       static_cast<float>(*m.median), m.provenance == Provenance::simulated});
}

}  // namespace plumbline
