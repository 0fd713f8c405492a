#include "reports/judging/pair_rows.h"

#include <cmath>

#include "reports/evaluation/node.h"
#include "reports/evaluation/pair_task.h"

namespace plumbline {

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

void PairRows::look_at_task(const Measurement& m) {
  const auto task = pair_task(m.task);
  if (!task || m.outcome == Outcome::skipped) return;
  const std::lock_guard lock(mutex_);
  types_.try_emplace(m.host, m.instance_type);
  tasks_.push_back({hosts_.number(task->first), 0, hosts_.number(task->second), 0,
                    rounds_.number(m.run + ' ' + std::string(task->round)),
                    m.outcome == Outcome::ok ? 1.F : 0.F, m.provenance == Provenance::simulated});
}

void PairRows::look_at(const Measurement& m) {
  if (m.metric == task_metric) return look_at_task(m);
  if (m.better != Better::higher || m.unit != "GB/s" || m.outcome == Outcome::skipped) return;
  const auto other = other_end(m.peer);
  if (!other || other->host == m.host) return;
  const auto task = pair_task(m.task);
  if (!task || m.subject == "node") return;  // the sum over its NICs
  const bool is_good =
      m.outcome == Outcome::ok && m.median && std::isfinite(*m.median) && *m.median > 0;
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
  kind.rows.push_back(
      {hosts_.number(m.host), nics_.number(m.subject), hosts_.number(other->host),
       nics_.number(other->nic), rounds_.number(m.run + ' ' + std::string(task->round)),
       is_good ? static_cast<float>(*m.median) : 0.F, m.provenance == Provenance::simulated});
}

}  // namespace plumbline
