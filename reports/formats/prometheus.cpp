#include "reports/formats/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/evaluation/noise.h"
#include "reports/formats/plain_line.h"
#include "reports/judging/fleet_verdict.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using Labels = std::vector<std::pair<const char*, std::string>>;

/// Exposition format 0.0.4: UTF-8 in which backslash and quote are escaped; there is no line end.
std::string label_value(const std::string& text) {
  std::string escaped;
  for (const char c : plain_line(text)) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string head(const char* name, const char* help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

std::string series(const char* name, const Labels& labels, double value) {
  std::string text = name;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels[i].first,
                        label_value(labels[i].second));
  }
  return text + (labels.empty() ? "" : "}") + ' ' + format_number(value) + '\n';
}

double seconds(WallTime time) {
  return static_cast<double>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

Labels labels_of(const Finding& f) {
  return {{"host", f.host},
          {"metric", f.metric},
          {"subject", f.subject},
          {"peer", f.peer},
          {"bytes", f.bytes == 0 ? "" : std::to_string(f.bytes)},
          {"params", format_params(f.params)},
          {"provenance", provenance_names[f.provenance]}};
}

}  // namespace

void PrometheusFile::add(const NodeEvaluation& node, std::span<const Measurement> rows,
                         const std::string&) {
  for (const Measurement& m : rows) newest_ = std::max(newest_, m.time);
  for (const Finding& f : node.findings) {
    std::string_view family = family_of(f.metric);
    if (families_.size() >= prometheus::most_families && !families_.contains(family)) {
      family = "others";
    }
    ++families_.try_emplace(std::string(family)).first->second[static_cast<std::size_t>(f.verdict)];
    if (f.verdict >= Verdict::warn) ++bad_findings_;
    worst_.add(f);
  }
  if (node.verdict.host.empty()) return;
  ++nodes_;
  values_.clear();
  if (nodes_ != 1) return;
  for (const Finding& f : node.findings) {
    if (!f.value) continue;
    if (values_.size() < prometheus::most_values) {
      values_.push_back(f);
    } else {
      ++left_out_;
    }
  }
}

/// All nodes of a few; of many those that are not accepted.
std::string PrometheusFile::nodes_text(const Judgement& judgement) {
  constexpr std::size_t few = 16;
  const char* name = "plumbline_node_verdict";
  std::string text =
      head(name, "1 with the verdict of a node; of more than 16 nodes only those not accepted.");
  std::size_t shown = 0;
  for (const NodeOutcome outcome :
       {NodeOutcome::reject, NodeOutcome::incomplete, NodeOutcome::accept}) {
    for (const NodeVerdict& node : judgement.nodes) {
      if (node.outcome != outcome) continue;
      if (outcome == NodeOutcome::accept && judgement.nodes.size() > few) break;
      if (shown++ >= prometheus::most_nodes) {
        ++left_out_;
        continue;
      }
      text += series(name,
                     {{"host", node.host},
                      {"instance_type", node.instance_type},
                      {"verdict", node_outcome_names[node.outcome]}},
                     1);
    }
  }
  return text;
}

std::string PrometheusFile::findings_text() {
  const char* finding = "plumbline_finding";
  const char* deficit = "plumbline_finding_deficit_ratio";
  std::string text = head(finding, "1 for each of the worst findings, with its verdict.");
  std::string second = head(deficit, "How much worse than expected it is: 0.2 is 20 %.");
  const auto worst = worst_.in_order();
  for (const Finding& f : worst) {
    Labels labels = labels_of(f);
    if (f.deficit) second += series(deficit, labels, *f.deficit);
    labels.emplace_back("verdict", verdict_names[f.verdict]);
    labels.emplace_back("id", f.id);
    text += series(finding, labels, 1);
  }
  left_out_ += bad_findings_ - worst.size();
  return text + second;
}

std::string PrometheusFile::values_text() {
  if (values_.empty()) return {};
  const char* measured = "plumbline_measured_value";
  const char* expected = "plumbline_expected_value";
  std::string text =
      head(measured, "The median over the runs of one measurement, in the unit that is a label.");
  std::string second = head(expected, "What is expected of it.");
  for (const Finding& f : values_) {
    Labels labels = labels_of(f);
    labels.emplace_back("unit", f.unit);
    text += series(measured, labels, *f.value);
    if (const auto number = parse_number(f.expected)) second += series(expected, labels, *number);
  }
  return text + second;
}

bool PrometheusFile::finish(const Judgement& judgement) {
  const ExitCode code = judgement.fleet.exit_code();
  std::string text = head("plumbline_build_info", "1 with the version of plumbline.") +
                     series("plumbline_build_info", {{"version", PLUMBLINE_VERSION}}, 1);
  text += head("plumbline_verdict", "1 with the verdict over all nodes.");
  for (const ExitCode each : {exit_ok, exit_rejected, exit_incomplete, exit_harness_suspect}) {
    text += series("plumbline_verdict", {{"verdict", fleet_verdict_names[fleet_verdict(each)]}},
                   each == code ? 1 : 0);
  }
  text += head("plumbline_nodes", "Nodes of the manifest by their verdict.");
  const Fleet& fleet = judgement.fleet;
  for (const auto& [outcome, count] : {std::pair{NodeOutcome::accept, fleet.accepted},
                                       std::pair{NodeOutcome::incomplete, fleet.incomplete},
                                       std::pair{NodeOutcome::reject, fleet.rejected}}) {
    text += series("plumbline_nodes", {{"verdict", node_outcome_names[outcome]}},
                   static_cast<double>(count));
  }
  text += head("plumbline_findings", "Findings by probe and verdict.");
  for (const auto& [family, counts] : families_) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      text += series("plumbline_findings", {{"probe", family}, {"verdict", verdict_names.words[i]}},
                     static_cast<double>(counts[i]));
    }
  }
  text += head("plumbline_rows", "Rows that were judged.") +
          series("plumbline_rows", {}, static_cast<double>(judgement.rows));
  text += head("plumbline_simulated_findings",
               "Findings about simulated rows: they say nothing about a machine.") +
          series("plumbline_simulated_findings", {}, static_cast<double>(fleet.simulated));
  text += head("plumbline_judged_timestamp_seconds", "When this was judged.") +
          series("plumbline_judged_timestamp_seconds", {}, seconds(made_));
  if (newest_ != WallTime{}) {
    text += head("plumbline_measured_timestamp_seconds", "When the newest row was measured.") +
            series("plumbline_measured_timestamp_seconds", {}, seconds(newest_));
  }
  text += nodes_text(judgement) + findings_text() + values_text();
  text += head("plumbline_left_out_series", "Series that would stand here if there were room.") +
          series("plumbline_left_out_series", {}, static_cast<double>(left_out_));
  ReplacedFile out(file_);
  out.write(text);
  out.commit();
  return true;
}

}  // namespace plumbline
