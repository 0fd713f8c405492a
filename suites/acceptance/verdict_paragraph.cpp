#include "suites/acceptance/verdict_paragraph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "results/schema/exit_code.h"

namespace plumbline {
namespace {

constexpr std::size_t shown_sentences = 3;

const char* verdict_of(int exit_code) {
  switch (exit_code) {
    case exit_ok:
      return "ACCEPT";
    case exit_rejected:
      return "REJECT";
    case exit_harness_suspect:
      return "HARNESS SUSPECT";
    case exit_interrupted:
      return "INTERRUPTED";
    default:
      return "INCOMPLETE";
  }
}

/// "1 FAIL, 2 MISSING, 128 PASS", the worst first.
std::string counts(std::span<const Finding> findings) {
  std::array<std::size_t, verdict_names.words.size()> count{};
  for (const Finding& finding : findings) ++count[static_cast<std::size_t>(finding.verdict)];
  std::string text;
  for (std::size_t verdict = count.size(); verdict-- > 0;) {
    if (count[verdict] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count[verdict],
                        verdict_names[static_cast<Verdict>(verdict)]);
  }
  return text.empty() ? "none" : text;
}

std::string as_sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t width) {
  std::istringstream words(text);
  std::string word, line, result;
  while (words >> word) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      result += line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return result + line + '\n';
}

std::string verdict_paragraph(const RunRecord& record, const Acceptance& end,
                              std::span<const Finding> findings,
                              std::span<const NodeVerdict> nodes) {
  const HostIdentity& host = record.order().host;
  const std::string run = record.directory().path();
  std::vector<std::string> parts = {fmt::format("plumbline {} on {} ({}): {}.", record.suite().name,
                                                host.host, host.instance_type,
                                                verdict_of(end.exit_code))};
  if (!end.problem.empty()) parts.push_back(as_sentence(end.problem));
  std::vector<const Finding*> worst;
  for (const Finding& finding : findings) {
    if (finding.verdict >= Verdict::inconclusive) worst.push_back(&finding);
  }
  std::stable_sort(worst.begin(), worst.end(),
                   [](const Finding* a, const Finding* b) { return a->verdict > b->verdict; });
  for (std::size_t i = 0; i < std::min(worst.size(), shown_sentences); ++i) {
    parts.push_back(
        as_sentence(fmt::format("{}: {}", verdict_names[worst[i]->verdict], worst[i]->sentence)));
  }
  for (const NodeVerdict& node : nodes) {  // what no finding says: a type without a baseline, say
    const bool is_told = !worst.empty() || node.outcome == NodeOutcome::accept;
    if (!is_told && node.host == host.host) parts.push_back(as_sentence(node.reason));
  }
  if (worst.size() > shown_sentences) {
    parts.push_back(fmt::format("And {} more.", worst.size() - shown_sentences));
  }
  for (const TaskState& state : record.tasks()) {
    if (state.outcome && *state.outcome != TaskOutcome::ok) {
      parts.push_back(as_sentence(fmt::format("Task {} {}: {}", state.task.id(),
                                              task_outcome_names[*state.outcome], state.reason)));
    }
  }
  parts.push_back(fmt::format("Findings: {}.", counts(findings)));
  if (end.exit_code == exit_interrupted) {
    parts.push_back("Continue with: plumbline resume " + run);
  } else {
    parts.push_back(fmt::format("Evidence: {} Again: plumbline accept {}",
                                record.directory().report().string(), record.suite().name));
  }
  return wrapped(fmt::to_string(fmt::join(parts, " ")), 78);
}

}  // namespace plumbline
