#include "reports/formats/terminal_summary.h"

#include <fmt/format.h>

#include <algorithm>

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
  constexpr std::size_t shown = 3;
  const std::vector<std::string> first(
      input.runs.begin(),
      input.runs.begin() + static_cast<std::ptrdiff_t>(std::min(shown, input.runs.size())));
  text += fmt::format(
      "  ({}{})\n", fmt::join(first, ", "),
      input.runs.size() > shown ? fmt::format(" and {} more runs", input.runs.size() - shown) : "");
  if (judgement.fleet.simulated > 0) {
    text += painted("SIMULATED: nothing of this says anything about a real machine",
                    Colour::doubtful, colour) +
            '\n';
  }
  return text;
}

/// The first lines of a list that may be long; how many there are more.
std::string first_lines(const std::vector<std::string>& lines, std::size_t most, const char* more) {
  constexpr std::size_t width = 240;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, lines.size()); ++i) {
    text += "  " + (lines[i].size() > width ? lines[i].substr(0, width) + " ..." : lines[i]) + '\n';
  }
  if (lines.size() > most) text += fmt::format("  and {} more {}\n", lines.size() - most, more);
  return text;
}

/// Why the verdict is what it is, where no finding says it.
std::string reasons(const Judgement& judgement) {
  std::vector<std::string> lines;
  const auto suspects = judgement.fleet.suspects();
  for (std::size_t i = 0; i < std::min<std::size_t>(2, suspects.size()); ++i) {
    const std::size_t others = i == 1 ? suspects.size() - 2 : 0;
    lines.push_back(sentence_of(suspects[i]) +
                    (others > 0 ? fmt::format(" (and {} more like this)", others) : ""));
  }
  if (judgement.nodes.empty()) lines.push_back("there is no node: neither a manifest nor any row");
  const auto& types = judgement.types_without_baseline;
  if (types.size() > 2) {
    lines.push_back(
        fmt::format("no baseline for {} types: {}, {} ...", types.size(), types[0], types[1]));
  } else {
    for (const std::string& type : types) lines.push_back("no baseline for type " + type);
  }
  if (!judgement.bad_rows.empty()) {
    const std::size_t others = judgement.bad_rows.size() - 1;
    lines.push_back("row left out: " + judgement.bad_rows.front() +
                    (others > 0 ? fmt::format(" (and {} more)", others) : ""));
  }
  if (!judgement.torn_lines.empty()) {
    const std::size_t others = judgement.torn_lines.size() - 1;
    lines.push_back("cut last line, left out: " + judgement.torn_lines.front().substr(0, 120) +
                    (others > 0 ? fmt::format(" (and of {} more files)", others) : ""));
  }
  lines.insert(lines.end(), judgement.notes.begin(), judgement.notes.end());
  return first_lines(lines, 6, "notes: the report has them");
}

std::string findings(const Judgement& judgement, const SummaryInput& input, bool colour) {
  std::string text;
  const auto line = [&](const Finding& f, const std::string& more) {
    const std::string verdict = verdict_names[f.verdict];
    const bool named = judgement.nodes.size() > 1 && !f.host.empty();
    text += fmt::format("  {}{}  {}{}{}\n", painted(verdict, colour_of(f.verdict), colour),
                        std::string(12 - verdict.size(), ' '), named ? f.host + ": " : "",
                        f.sentence, more);
  };
  const NodeVerdict& all = judgement.fleet.findings;
  const std::uint64_t listed = all.fail + all.missing + all.inconclusive + all.warn;
  // Where the harness is suspected, the findings are no list of bad nodes: examples are enough.
  const bool one_by_one = listed <= input.worst.size() && judgement.fleet.suspects().empty();
  if (one_by_one || input.kinds.empty()) {
    for (const Finding& f : input.worst) line(f, "");
    if (listed > input.worst.size() && !input.worst.empty()) {
      text += fmt::format("  and {} more like these\n", listed - input.worst.size());
    }
    return text;
  }
  constexpr std::size_t shown = 7;
  for (std::size_t i = 0; i < std::min(shown, input.kinds.size()); ++i) {
    const FindingKind& kind = input.kinds[i];
    std::string more;
    if (kind.findings > 1) {
      more = fmt::format("; and {} more {} of {}", kind.findings - 1,
                         verdict_names[kind.worst.verdict], kind.worst.metric);
      if (judgement.nodes.size() > 1) more += ", on " + counted(kind.nodes, "node") + " together";
    }
    line(kind.worst, more);
  }
  if (input.kinds.size() > shown) {
    text += fmt::format("  and {} more of other kinds\n", [&] {
      std::uint64_t others = 0;
      for (std::size_t i = shown; i < input.kinds.size(); ++i) others += input.kinds[i].findings;
      return others;
    }());
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
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < std::min(shown, input.baselines.size()); ++i) {
    const UsedBaselines& used = input.baselines[i];
    text += fmt::format("\nbaseline: {} ({})", used.file.string(), counted(used.rows, "row"));
  }
  if (input.baselines.size() > shown) {
    text += fmt::format("\nand {} more", counted(input.baselines.size() - shown, "baseline"));
  }
  return text + '\n';
}

std::vector<std::string> next_steps(const Judgement& judgement, const SummaryInput& input) {
  std::vector<std::string> steps;
  const std::string run = input.runs.empty() ? "RUN" : input.runs.front();
  const auto& types = judgement.types_without_baseline;
  if (!types.empty()) {
    steps.push_back(fmt::format("learn a baseline for {}: plumbline baseline learn {}",
                                types.size() == 1 ? types.front() : "each type", run));
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

/// The files, those of one folder on one line.
std::string written(const std::vector<std::filesystem::path>& files) {
  std::vector<std::pair<std::filesystem::path, std::vector<std::string>>> folders;
  for (const auto& file : files) {
    const auto folder = file.parent_path();
    const auto known = std::find_if(folders.begin(), folders.end(),
                                    [&](const auto& entry) { return entry.first == folder; });
    auto& names = known == folders.end()
                      ? folders.emplace_back(folder, std::vector<std::string>()).second
                      : known->second;
    names.push_back(file.filename().string());
  }
  std::string text = files.empty() ? "" : "\n";
  for (const auto& [folder, names] : folders) {
    if (names.size() == 1) {
      text += fmt::format("written: {}\n", (folder / names.front()).string());
    } else {
      text += fmt::format("written to {}: {}\n", folder.string(), fmt::join(names, ", "));
    }
  }
  return text;
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
  return text + written(input.written);
}

}  // namespace plumbline
