#include "reports/formats/tables.h"

#include "reports/evaluation/noise.h"
#include "reports/judging/pair_rows.h"
#include "results/schema/number.h"

namespace plumbline {

void FindingsTable::add(const NodeEvaluation& node, std::span<const Measurement>) {
  for (const Finding& finding : node.findings) table_.append(finding);
}

bool FindingsTable::finish(const Judgement&) {
  table_.commit();
  return true;
}

bool NodesTable::finish(const Judgement& judgement) {
  ReplacedTable<NodeVerdict> table(file_);
  for (const NodeVerdict& node : judgement.nodes) table.append(node);
  table.commit();
  return true;
}

bool SuspectsTable::finish(const Judgement& judgement) {
  if (!judgement.suspects) return false;
  ReplacedTable<SuspectedNode> table(file_);
  for (const SuspectedNode& node : *judgement.suspects) table.append(node);
  table.commit();
  return true;
}

void PairsTable::add(const NodeEvaluation& node, std::span<const Measurement>) {
  for (const Finding& finding : node.findings) {
    const auto path = path_value(finding);
    if (!path) continue;
    if (!table_) table_.emplace(file_);
    table_->append(*path);
  }
}

bool PairsTable::finish(const Judgement&) {
  if (!table_) return false;
  table_->commit();
  return true;
}

std::optional<PathValue> path_value(const Finding& f) {
  const bool to_its_host = family_of(f.metric) == "host_link" && f.subject.starts_with("gpu");
  if (f.better == Better::exact || (f.peer.empty() && !to_its_host)) return std::nullopt;
  PathValue path;
  path.id = f.id;
  path.verdict = f.verdict;
  path.host = f.host;
  path.instance_type = f.instance_type;
  path.metric = f.metric;
  path.subject = f.subject;
  path.peer = f.peer;
  if (const auto other = other_end(f.peer)) {
    path.peer_host = other->host;
    path.peer = other->nic;
  }
  path.bytes = f.bytes;
  path.params = f.params;
  path.unit = f.unit;
  path.better = f.better;
  path.runs = f.runs;
  path.value = f.value;
  path.expected = parse_number(f.expected);
  if (path.value && path.expected && *path.expected != 0) path.ratio = *path.value / *path.expected;
  path.provenance = f.provenance;
  return path;
}

}  // namespace plumbline
