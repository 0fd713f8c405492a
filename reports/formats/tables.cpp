#include "reports/formats/tables.h"

#include "reports/evaluation/noise.h"
#include "reports/judging/pair_rows.h"
#include "results/schema/csv_line.h"
#include "results/schema/number.h"

namespace plumbline {

std::string FindingsTable::text_of(const NodeEvaluation& node) const {
  constexpr std::size_t most_lines_are_shorter = 512;
  std::string lines;
  lines.reserve(node.findings.size() * most_lines_are_shorter);
  for (const Finding& finding : node.findings) append_csv_line(finding, lines);
  return lines;
}

void FindingsTable::add(const NodeEvaluation&, std::span<const Measurement>,
                        const std::string& text) {
  table_.append_lines(text);
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

void write_suspects(const std::filesystem::path& file, std::span<const SuspectedNode> nodes) {
  ReplacedTable<SuspectedNode> table(file);
  for (const SuspectedNode& node : nodes) table.append(node);
  table.commit();
}

bool SuspectsTable::finish(const Judgement& judgement) {
  if (!judgement.suspects) return false;
  write_suspects(file_, *judgement.suspects);
  return true;
}

std::string PairsTable::text_of(const NodeEvaluation& node) const {
  std::string lines;
  for (const Finding& finding : node.findings) {
    if (const auto path = path_value(finding)) append_csv_line(*path, lines);
  }
  return lines;
}

void PairsTable::add(const NodeEvaluation&, std::span<const Measurement>, const std::string& text) {
  if (text.empty()) return;
  if (!table_) table_.emplace(file_);
  table_->append_lines(text);
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
