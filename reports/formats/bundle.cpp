#include "reports/formats/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/evaluation/sentence.h"
#include "reports/formats/archive.h"
#include "reports/formats/bundle_parts.h"
#include "reports/formats/explanation.h"
#include "reports/formats/markdown.h"
#include "reports/formats/rows_behind.h"
#include "reports/judging/repeat_command.h"
#include "reports/judging/worst_findings.h"
#include "results/schema/host_identity.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

std::string identity(const ManifestEntry& node, const std::vector<Device>& devices) {
  std::string text = "\n## The node\n\n| what | value |\n|---|---|\n";
  const auto line = [&](const std::string& what, const std::string& value) {
    if (!value.empty()) text += fmt::format("| {} | {} |\n", what, markdown_code(value));
  };
  line("instance id", node.instance_id);
  line("instance type", node.instance_type);
  line("availability zone", node.az);
  for (const std::string& place :
       {node.network_node_1, node.network_node_2, node.network_node_3, node.network_node_4}) {
    line("network node", place);
  }
  std::set<std::string> known;
  for (const Device& device : devices) {
    std::string value = device.pci_address;
    for (const std::string& mark : {device.uuid, device.serial}) {
      if (!mark.empty()) value += (value.empty() ? "" : " ") + mark;
    }
    const bool has_mark = !device.uuid.empty() || !device.serial.empty();
    if (has_mark && known.insert(device.subject).second) {
      line(markdown_text(device.subject + ' ' + device.name), value);
    }
  }
  return text;
}

std::string how_to_repeat(const std::vector<Finding>& bad) {
  std::vector<std::string> commands;
  for (const Finding& f : bad) {
    const std::string command = repeat_command(f);
    const bool is_new = std::find(commands.begin(), commands.end(), command) == commands.end();
    if (!command.empty() && is_new) commands.push_back(command);
  }
  if (commands.empty()) return {};
  std::string text = "\n## How to repeat it on the node\n\n";
  for (const std::string& command : commands) text += "- " + markdown_code(command) + '\n';
  return text;
}

}  // namespace

void BundleFile::add(const NodeEvaluation& node, std::span<const Measurement> rows,
                     const std::string&) {
  if (node.verdict.host != node_) return;
  found_ = true;
  findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
  rows_.insert(rows_.end(), rows.begin(), rows.end());
}

bool BundleFile::finish(const Judgement& judgement) {
  const auto verdict = std::find_if(judgement.nodes.begin(), judgement.nodes.end(),
                                    [&](const NodeVerdict& node) { return node.host == node_; });
  if (!found_ || verdict == judgement.nodes.end()) return false;
  const auto entry = std::find_if(judgement.manifest.begin(), judgement.manifest.end(),
                                  [&](const ManifestEntry& node) { return node.host == node_; });
  std::vector<Finding> bad;
  std::copy_if(findings_.begin(), findings_.end(), std::back_inserter(bad),
               [](const Finding& f) { return f.verdict >= Verdict::warn; });
  std::sort(bad.begin(), bad.end(), worse);

  std::vector<BundlePart> parts;
  std::vector<Device> devices;
  std::map<std::string, std::vector<Measurement>> rows;
  for (const Measurement& m : rows_) rows[m.run].push_back(m);
  for (const auto& [run, of_run] : rows) {
    parts.push_back({fs::path(file_safe(run)) / "measurements.csv", table_of(of_run),
                     "every measurement of the node"});
  }
  for (const RunDirectory& run : runs_) {
    auto of_run = parts_of_run(run, node_, devices);
    std::move(of_run.begin(), of_run.end(), std::back_inserter(parts));
  }

  const std::string run = origin_.runs.empty() ? "RUN" : origin_.runs.front();
  std::string explained;
  const auto behind = rows_behind(bad, rows_);
  for (std::size_t i = 0; i < bad.size(); ++i) {
    explained += (i == 0 ? "" : "\n") + explanation(bad[i], behind[i], run);
  }
  std::string page =
      fmt::format("# {}: {}\n", node_outcome_names[verdict->outcome], markdown_text(node_));
  if (!verdict->reason.empty()) page += '\n' + markdown_text(verdict->reason) + '\n';
  const bool simulated = std::any_of(rows_.begin(), rows_.end(), [](const Measurement& m) {
    return m.provenance == Provenance::simulated;
  });
  if (simulated) page += "\n**SIMULATED: nothing of this says anything about a real machine.**\n";
  page += fmt::format(
      "\nJudged {} by plumbline {} from {}, {}: {} passed, {} failed, {} missing, "
      "{} inconclusive, {} warned.\n",
      format_time(origin_.made), PLUMBLINE_VERSION,
      markdown_text(fmt::format("{}", fmt::join(origin_.runs, ", "))), counted(rows_.size(), "row"),
      verdict->pass, verdict->fail, verdict->missing, verdict->inconclusive, verdict->warn);
  if (entry != judgement.manifest.end()) page += identity(*entry, devices);
  if (!bad.empty()) page += "\n## Findings\n";
  for (const Finding& f : bad) page += markdown_finding(f, run);
  page += how_to_repeat(bad) + "\n## Files\n\n";
  const std::vector<BundlePart> own = {
      {"findings.csv", table_of(findings_), "every finding of the node"},
      {"nodes.csv", table_of(std::vector{*verdict}), "its verdict"},
      {"explained.txt", explained, "the rule, the numbers of every run and the source of each"}};
  parts.insert(parts.begin(), own.begin(), own.end());
  std::erase_if(parts, [](const BundlePart& part) { return part.bytes.empty(); });
  for (const BundlePart& part : parts) {
    page += fmt::format("- {}: {}\n", markdown_code(part.name.string()), part.meaning);
  }

  const fs::path folder = file_safe(node_);
  Archive archive(file_, origin_.made);
  archive.add(folder / "findings.md", page);
  for (const BundlePart& part : parts) archive.add(folder / part.name, part.bytes);
  archive.commit();
  return true;
}

}  // namespace plumbline
