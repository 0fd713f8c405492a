#include "reports/formats/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/evaluation/sentence.h"
#include "reports/formats/plain_line.h"
#include "reports/formats/terminal_summary.h"
#include "reports/judging/repeat_command.h"

namespace plumbline {
namespace {

std::string measured(const Finding& f) {
  if (!f.value) return f.text.empty() ? "" : markdown_text(f.text);
  std::string text = quantity(*f.value, f.unit);
  if (f.ci_low && f.ci_high) {
    text += fmt::format(" ({} to {})", quantity(*f.ci_low, ""), quantity(*f.ci_high, ""));
  }
  return markdown_text(text + ", " + counted(f.runs, "run"));
}

std::string expected(const Finding& f) {
  std::string text = f.expected;
  if (f.unit != "text" && f.unit != "count" && !f.unit.empty()) text += ' ' + f.unit;
  if (f.low) text += ", at least " + quantity(*f.low, f.unit);
  if (f.high) text += ", at most " + quantity(*f.high, f.unit);
  return markdown_text(text + fmt::format(" ({}: {})", f.basis, f.source));
}

std::string headline(const Judgement& judgement) {
  const Fleet& fleet = judgement.fleet;
  std::string text = fmt::format("# {}", verdict_word(fleet.exit_code()));
  if (judgement.nodes.size() == 1) {
    const NodeVerdict& node = judgement.nodes.front();
    return text +
           fmt::format(": {}, {}\n", markdown_text(node.host), markdown_text(node.instance_type));
  }
  return text + fmt::format(": {}, {} accepted, {} rejected, {} incomplete\n",
                            counted(judgement.nodes.size(), "node"), fleet.accepted, fleet.rejected,
                            fleet.incomplete);
}

/// The nodes that are not accepted, those that are rejected first.
std::string nodes_table(const Judgement& judgement) {
  std::string rows;
  std::size_t shown = 0, left_out = 0;
  for (const NodeOutcome outcome : {NodeOutcome::reject, NodeOutcome::incomplete}) {
    for (const NodeVerdict& node : judgement.nodes) {
      if (node.outcome != outcome) continue;
      if (shown == markdown::most_nodes) {
        ++left_out;
        continue;
      }
      ++shown;
      rows += fmt::format("| {} | {} | {} | {} |\n", node_outcome_names[node.outcome],
                          markdown_text(node.host), markdown_text(node.instance_type),
                          markdown_text(node.reason));
    }
  }
  if (rows.empty()) return {};
  if (left_out > 0) rows += fmt::format("\nand {} more: `nodes.csv` has all.\n", left_out);
  return "\n## Nodes that are not accepted\n\n| verdict | node | type | why "
         "|\n|---|---|---|---|\n" +
         rows;
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view special = "\\`*[]<>|#~$&";
  std::string escaped;
  for (const char c : plain_line(text)) {
    if (special.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string markdown_code(std::string_view text) {
  const std::string line = plain_line(text);
  std::size_t longest = 0, here = 0;
  for (const char c : line) {
    here = c == '`' ? here + 1 : 0;
    longest = std::max(longest, here);
  }
  const std::string fence(longest + 1, '`');
  return longest == 0 ? fence + line + fence : fence + ' ' + line + ' ' + fence;
}

std::string markdown_finding(const Finding& f, const std::string& run) {
  std::string text =
      fmt::format("\n### {}: {} {}\n\n{}\n\n", verdict_names[f.verdict], markdown_text(f.host),
                  markdown_code(label(f)), markdown_text(f.sentence));
  const auto line = [&](const char* what, const std::string& value) {
    if (!value.empty()) text += fmt::format("- {}: {}\n", what, value);
  };
  line("measured", measured(f));
  if (!f.expected.empty()) line("expected", expected(f));
  line("what to do", markdown_text(f.action));
  const std::string command = repeat_command(f);
  if (!command.empty()) {
    text += fmt::format("- repeat it on {}: {}\n", markdown_text(f.host), markdown_code(command));
  }
  line("why", markdown_code(fmt::format("plumbline explain {} {}", f.id, run)));
  if (f.provenance == Provenance::simulated) {
    text += "- SIMULATED: this says nothing about a real machine\n";
  }
  return text;
}

void FindingsMarkdown::add(const NodeEvaluation& node, std::span<const Measurement>,
                           const std::string&) {
  for (const Finding& finding : node.findings) worst_.add(finding);
}

bool FindingsMarkdown::finish(const Judgement& judgement) {
  const std::string run = origin_.runs.empty() ? "RUN" : origin_.runs.front();
  std::string text = headline(judgement);
  if (judgement.fleet.simulated > 0) {
    text += "\n**SIMULATED: nothing of this says anything about a real machine.**\n";
  }
  text += fmt::format("\nJudged {} by plumbline {} from {}, {}.\n", format_time(origin_.made),
                      PLUMBLINE_VERSION,
                      markdown_text(fmt::format("{}", fmt::join(origin_.runs, ", "))),
                      counted(judgement.rows, "row"));
  for (const Suspect& suspect : judgement.fleet.suspects()) {
    text += fmt::format("\n{} of {} nodes fail {}: suspect the probe or its baseline first.\n",
                        suspect.failing, suspect.judged, markdown_code(suspect.family));
  }
  for (const std::string& note : judgement.notes) text += "\n- " + markdown_text(note);
  if (!judgement.notes.empty()) text += '\n';
  text += nodes_table(judgement);
  const auto worst = worst_.in_order();
  if (!worst.empty()) text += "\n## Findings\n";
  for (const Finding& f : worst) text += markdown_finding(f, run);
  const NodeVerdict& all = judgement.fleet.findings;
  const std::uint64_t listed = all.fail + all.missing + all.inconclusive + all.warn;
  if (listed > worst.size()) {
    text += fmt::format("\nand {} more findings: `findings.csv` has all.\n", listed - worst.size());
  }
  ReplacedFile out(file_);
  out.write(text);
  out.commit();
  return true;
}

}  // namespace plumbline
