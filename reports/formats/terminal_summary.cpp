#include "reports/formats/terminal_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"

namespace plumbline {
namespace {

enum class Colour { none, good, bad, doubtful };

std::string painted(const std::string& text, Colour colour, bool use) {
  if (!use || colour == Colour::none) return text;
  const char* code = colour == Colour::good ? "32" : colour == Colour::bad ? "31" : "33";
  return fmt::format("\033[1;{}m{}\033[0m", code, text);
}

Colour colour_of(ExitCode code) {
  if (code == exit_ok) return Colour::good;
  return code == exit_rejected ? Colour::bad : Colour::doubtful;
}

Colour colour_of(Verdict verdict) {
  return verdict == Verdict::fail ? Colour::bad : Colour::doubtful;
}

std::string headline(const Judgement& judgement, const SummaryInput& input, bool colour) {
  const ExitCode code = judgement.fleet.exit_code();
  std::string text = painted(verdict_word(code), colour_of(code), colour);
  if (judgement.nodes.size() == 1) {
    const NodeVerdict& node = judgement.nodes.front();
    text += fmt::format("  {}, {}", node.host, node.instance_type);
  } else {
    text += fmt::format("  {}: {} accepted, {} rejected, {} incomplete",
                        counted(judgement.nodes.size(), "node"), judgement.fleet.accepted,
                        judgement.fleet.rejected, judgement.fleet.incomplete);
  }
  text += fmt::format("  ({})\n", fmt::join(input.runs, ", "));
  if (judgement.fleet.simulated > 0) {
    text += painted("SIMULATED: nothing of this says anything about a real machine",
                    Colour::doubtful, colour) +
            '\n';
  }
  return text;
}

/// Why the verdict is what it is, where no finding says it.
std::string reasons(const Judgement& judgement) {
  std::string text;
  for (const Suspect& suspect : judgement.fleet.suspects()) {
    text += "  " + sentence_of(suspect) + '\n';
  }
  if (judgement.nodes.empty()) text += "  there is no node: neither a manifest nor any row\n";
  for (const std::string& type : judgement.types_without_baseline) {
    text += fmt::format("  no baseline for type {}\n", type);
  }
  for (const std::string& note : judgement.notes) text += "  " + note + '\n';
  for (const std::string& torn : judgement.torn_lines) {
    text += "  cut last line, left out: " + torn.substr(0, 120) + '\n';
  }
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < std::min(shown, judgement.bad_rows.size()); ++i) {
    text += "  row left out: " + judgement.bad_rows[i] + '\n';
  }
  if (judgement.bad_rows.size() > shown) {
    text += fmt::format("  and {} more rows left out\n", judgement.bad_rows.size() - shown);
  }
  return text;
}

/// Where the harness is suspected, a few examples of what it says are enough: they are no list of
/// bad nodes.
std::vector<Finding> shown_findings(const Judgement& judgement, const SummaryInput& input) {
  std::vector<Finding> shown;
  for (const Finding& f : input.worst) {
    const auto suspects = judgement.fleet.suspects();
    const auto is_suspect = std::any_of(suspects.begin(), suspects.end(), [&](const Suspect& s) {
      return f.verdict == Verdict::fail && s.family == family_of(f.metric);
    });
    const auto is_alike = [&](const Finding& other) {
      return other.verdict == f.verdict && family_of(other.metric) == family_of(f.metric);
    };
    if (is_suspect && std::count_if(shown.begin(), shown.end(), is_alike) >= 2) continue;
    shown.push_back(f);
  }
  return shown;
}

std::string findings(const Judgement& judgement, const SummaryInput& input, bool colour) {
  std::string text;
  const auto shown = shown_findings(judgement, input);
  for (const Finding& f : shown) {
    const std::string verdict = verdict_names[f.verdict];
    text += fmt::format("  {}{}  {}{}\n", painted(verdict, colour_of(f.verdict), colour),
                        std::string(12 - verdict.size(), ' '),
                        judgement.nodes.size() > 1 ? f.host + ": " : "", f.sentence);
  }
  const NodeVerdict& all = judgement.fleet.findings;
  const std::uint64_t listed = all.fail + all.missing + all.inconclusive + all.warn;
  if (listed > shown.size() && !shown.empty()) {
    text += fmt::format("  and {} more like these\n", listed - shown.size());
  }
  return text;
}

std::string counts(const Judgement& judgement, const SummaryInput& input) {
  const NodeVerdict& all = judgement.fleet.findings;
  std::string text;
  const auto add = [&](std::uint64_t count, const char* word) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
  };
  add(all.pass, "passed");
  add(all.warn, "warned");
  add(all.fail, "failed");
  add(all.inconclusive, "inconclusive");
  add(all.missing, "missing");
  add(all.unjudged, "unjudged (nothing is expected of them)");
  if (text.empty()) text = "nothing was judged";
  text += fmt::format("; {}", counted(judgement.rows, "row"));
  for (const UsedBaselines& used : input.baselines) {
    text += fmt::format("\nbaseline: {} ({})", used.file.string(), counted(used.rows, "row"));
  }
  return text + '\n';
}

std::vector<std::string> next_steps(const Judgement& judgement, const SummaryInput& input) {
  std::vector<std::string> steps;
  const std::string run = input.runs.empty() ? "RUN" : input.runs.front();
  for (const std::string& type : judgement.types_without_baseline) {
    steps.push_back(fmt::format("learn a baseline for {}: plumbline baseline learn {}", type, run));
  }
  if (!judgement.fleet.suspects().empty()) {
    steps.push_back("drain nothing yet: measure one of these nodes and one good node by hand");
  }
  if (!input.worst.empty() && input.worst.front().verdict >= Verdict::warn) {
    steps.push_back(fmt::format("why, and how to repeat it: plumbline explain {} {}",
                                input.worst.front().id, run));
  }
  if (judgement.fleet.remeasure > 0) {
    steps.push_back(
        fmt::format("{} can change with more runs; `plumbline accept` measures them "
                    "again by itself",
                    counted(judgement.fleet.remeasure, "finding")));
  }
  if (judgement.fleet.findings.missing > 0) {
    steps.push_back(fmt::format("measure what is missing: plumbline retry {}", run));
  }
  return steps;
}

}  // namespace

const char* verdict_word(ExitCode code) {
  switch (code) {
    case exit_ok:
      return "ACCEPT";
    case exit_rejected:
      return "REJECT";
    case exit_harness_suspect:
      return "HARNESS SUSPECT";
    default:
      return "INCOMPLETE";
  }
}

std::string terminal_summary(const Judgement& judgement, const SummaryInput& input, bool colour) {
  std::string text = headline(judgement, input, colour);
  const std::string why = reasons(judgement) + findings(judgement, input, colour);
  if (!why.empty()) text += '\n' + why;
  text += '\n' + counts(judgement, input);
  const auto steps = next_steps(judgement, input);
  if (!steps.empty()) text += "\nnext:\n";
  for (const std::string& step : steps) text += "  " + step + '\n';
  if (!input.written.empty()) text += '\n';
  for (const auto& file : input.written) text += "written: " + file.string() + '\n';
  return text;
}

}  // namespace plumbline
