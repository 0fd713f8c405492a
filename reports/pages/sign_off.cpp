#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "reports/pages/fault_domains.h"
#include "reports/pages/next_steps.h"
#include "reports/pages/pages.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t deciding_domains = 8;
constexpr std::size_t named_nodes = 20;
constexpr std::size_t named_reasons = 8;

std::string_view shape_of(FleetVerdict verdict) {
  static constexpr auto shapes = names_of<FleetVerdict>("pass", "missing", "fail", "inconclusive");
  return shapes[verdict];
}

std::string meaning_of(FleetVerdict verdict) {
  switch (verdict) {
    case FleetVerdict::accept:
      return "Everything that was expected was measured, and is as good as it should be.";
    case FleetVerdict::incomplete:
      return "Nothing is known to be wrong, but not everything that should be tested was decided. "
             "What was not measured is not accepted.";
    case FleetVerdict::reject:
      return "At least one finding fails: a fact is another than expected, or a value is beyond "
             "its limit by more than its uncertainty.";
    case FleetVerdict::harness_suspect:
      return "A large share of the nodes fails the same probe: suspect the measurement before the "
             "nodes.";
  }
  return {};
}

void verdict_word(const Evidence& evidence, const Element& section) {
  const std::string css = fmt::format("verdict v-{}", shape_of(evidence.verdict));
  const Element box = section.add("div", {{"class", css}});
  {
    const Element word = box.add("p", {{"class", "verdict-word"}});
    {
      const Element svg =
          word.add("svg", {{"class", "shape"}, {"viewBox", "0 0 12 12"}, {"aria-hidden", "true"}});
      svg.add("use", {{"href", fmt::format("#shape-{}", shape_of(evidence.verdict))}});
    }
    const std::string name = fleet_verdict_names[evidence.verdict];
    word.add("strong").text(name == "HARNESS_SUSPECT" ? "HARNESS SUSPECT" : name);
  }
  const Element words = box.add("div", {{"class", "verdict-words"}});
  if (!evidence.reason.empty()) prose(words.add("p", {{"class", "reason"}}), evidence.reason);
  words.add("p", {{"class", "meaning"}}).text(meaning_of(evidence.verdict));
}

void findings_by_verdict(const Element& cell, const Totals& totals) {
  for (const Verdict verdict : reading_order) {
    if (totals.of(verdict) == 0) continue;
    const Element one = cell.add("span", {{"class", "tally"}});
    one.add("b").text(count(totals.of(verdict)));
    badge(one, verdict);
  }
  if (totals.all_findings() == 0) cell.text("none");
}

/// "2 nodes without results, 1 row failed": what keeps a verdict from being complete.
std::string not_tested_counts(const Totals& totals) {
  std::string text;
  const auto add = [&](std::uint64_t number, std::string_view what, const char* happened) {
    if (number == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count_of(number, what), happened);
  };
  add(totals.nodes_without_rows, "node", "without results");
  add(totals.of(Verdict::missing), "expected subject", "missing");
  add(totals.not_measured, "row", "failed");
  add(totals.skipped, "row", "skipped");
  add(totals.bad_rows, "row", "unreadable");
  return text;
}

/// When each run was made, the first five of many.
void measured(const Element& cell, const Evidence& evidence) {
  if (evidence.runs.empty()) cell.text("no run");
  const std::size_t shown = evidence.runs.size() > 6 ? 5 : evidence.runs.size();
  for (std::size_t i = 0; i < shown; ++i) {
    cell.add("div").text(person_time(evidence.runs[i]));
  }
  if (shown < evidence.runs.size()) {
    cell.add("div").text(fmt::format("and {} more runs", evidence.runs.size() - shown));
  }
}

void rows_measured(const Element& cell, const Evidence& evidence) {
  std::uint64_t rows = 0;
  for (const ReportedRun& run : evidence.runs) rows += run.rows;
  if (evidence.simulated) {
    cell.add("b", {{"class", "alarm"}}).text("simulated, wholly or in part");
    cell.text(fmt::format(": {}", count_of(rows, "row")));
  } else {
    cell.text(fmt::format("{}, all measured on the machines", count_of(rows, "row")));
  }
}

/// The versions that matter most, each as most hosts have it, and how many have another.
void versions(const Element& cell, const Evidence& evidence) {
  struct Named {
    const char* key;
    const char* name;
  };
  static constexpr Named all[] = {
      {"kernel", "kernel"},     {"driver.version", "driver"},       {"cuda.version", "CUDA"},
      {"nccl.version", "NCCL"}, {"libfabric.version", "libfabric"}, {"efa.version", "EFA"}};
  std::string text = "plumbline " + evidence.version;
  std::uint64_t differing = 0;
  for (const Named& version : all) {
    const auto found = std::ranges::find(evidence.software, version.key, &Setting::key);
    if (found == evidence.software.end() || found->values.empty()) continue;
    text += fmt::format(", {} {}", version.name, found->values.front().value);
    if (found->different > 1) ++differing;
  }
  cell.text(text);
  if (differing != 0) {
    cell.text("; ");
    cell.add("a", {{"href", "#software"}}).text("some hosts differ");
  }
}

void denominators(const Evidence& evidence, const Totals& totals, const Element& section) {
  const Element list = section.add("dl", {{"class", "ledger"}});
  if (totals.nodes == 1) {
    const NodeVerdict node = all_nodes(evidence).front();
    const Element cell = term(list, "Machine");
    cell.add("span", {{"class", "host"}}).text(node.host);
    cell.text(", " + node.instance_type);
  }
  {
    const Element cell = term(list, "Nodes accepted");
    cell.add("b").text(count(totals.of(NodeOutcome::accept)));
    cell.text(fmt::format(" of {} in the manifest", count(totals.nodes)));
    if (totals.of(NodeOutcome::reject) + totals.of(NodeOutcome::incomplete) != 0) {
      cell.text(fmt::format("; {} rejected, {} incomplete", count(totals.of(NodeOutcome::reject)),
                            count(totals.of(NodeOutcome::incomplete))));
    }
  }
  findings_by_verdict(term(list, "Findings"), totals);
  {
    const Element cell = term(list, "Not tested");
    const std::string counts = not_tested_counts(totals);
    if (counts.empty()) {
      cell.text("nothing");
    } else {
      cell.add("a", {{"href", "#what-was-not-tested"}}).text(counts);
    }
  }
  measured(term(list, "Measured"), evidence);
  rows_measured(term(list, "Rows"), evidence);
  {
    const Element cell = term(list, "Judged against");
    for (const BaselineFile& baseline : evidence.baselines) {
      cell.add("div").text(baseline.instance_type + ": " + baseline.origin);
    }
    for (const std::string& type : evidence.types_without_baseline) {
      cell.add("div", {{"class", "alarm"}}).text(type + ": no baseline");
    }
    if (evidence.baselines.empty() && evidence.types_without_baseline.empty()) cell.text("nothing");
  }
  versions(term(list, "Versions"), evidence);
}

void deciding(const Evidence& evidence, const Totals& totals, const Element& section) {
  const std::vector<FaultDomain> domains = fault_domains(evidence);
  if (domains.empty()) return;
  section.add("h3").text("What decides");
  const Element list = section.add("ul", {{"class", "deciding"}});
  const bool many_nodes = totals.nodes > 1;
  for (std::size_t i = 0; i < std::min(domains.size(), deciding_domains); ++i) {
    const Finding& finding = domains[i].said_by->finding;
    const Element item = list.add("li");
    badge(item, finding.verdict);
    const Element link = item.add("a", {{"href", '#' + finding_anchor(finding)}});
    if (many_nodes) link.add("span", {{"class", "host"}}).text(finding.host);
    link.text(finding.sentence);
    const std::uint64_t others = domains[i].all_findings() - 1;
    if (others > 0) link.text(fmt::format(" (and {} more about it)", count(others)));
  }
  if (domains.size() > deciding_domains) {
    list.add("li")
        .add("a", {{"href", "#findings"}})
        .text(fmt::format("and {} more: all by fault domain",
                          count(domains.size() - deciding_domains)));
  }
}

void notes(const Evidence& evidence, const Element& section) {
  if (evidence.notes.empty()) return;
  section.add("h3").text("What to know beside it");
  const Element list = section.add("ul", {{"class", "plain"}});
  for (std::size_t i = 0; i < std::min(evidence.notes.size(), named_reasons); ++i) {
    prose(list.add("li"), evidence.notes[i]);
  }
  if (evidence.notes.size() > named_reasons) {
    prose(list.add("li"), fmt::format("and {} more; `plumbline report` prints them",
                                      count(evidence.notes.size() - named_reasons)));
  }
}

void to_do(const Evidence& evidence, const Element& section) {
  section.add("h3").text("What to do next");
  const Element list = section.add("ol", {{"class", "steps"}});
  for (const NextStep& step : next_steps(evidence)) {
    const Element item = list.add("li");
    prose(item.add("p"), step.text);
    if (!step.command.empty()) command_line(item, step.command);
  }
}

/// The nodes that were never measured, by name as far as there is room.
void absent_nodes(const Element& list, const Evidence& evidence) {
  std::vector<std::string> absent;
  for (const NodeVerdict& node : all_nodes(evidence)) {
    if (findings_of(node) == 0) absent.push_back(node.host);
  }
  if (absent.empty()) return;
  const Element item = list.add("li");
  item.text(
      fmt::format("{} of the manifest without any result: ", count_of(absent.size(), "node")));
  for (std::size_t i = 0; i < std::min(absent.size(), named_nodes); ++i) {
    if (i != 0) item.text(", ");
    item.add("span", {{"class", "host"}}).text(absent[i]);
  }
  if (absent.size() > named_nodes) {
    item.text(fmt::format(" and {} more", count(absent.size() - named_nodes)));
  }
}

void reasons(const Element& list, const Evidence& evidence) {
  std::vector<const Trouble*> without;
  for (const Trouble& trouble : evidence.troubles) {
    const bool is_without = trouble.what == outcome_names[Outcome::failed] ||
                            trouble.what == outcome_names[Outcome::skipped];
    if (is_without) without.push_back(&trouble);
  }
  std::ranges::stable_sort(without, std::greater{}, &Trouble::rows);
  for (std::size_t i = 0; i < std::min(without.size(), named_reasons); ++i) {
    const Trouble& trouble = *without[i];
    std::string text = fmt::format("{} {}: {}", trouble.metric, trouble.what, trouble.note);
    if (trouble.rows > 1) {
      text += fmt::format(" ({} on {})", count_of(trouble.rows, "row"),
                          count_of(trouble.hosts, "host"));
    }
    list.add("li").text(text);
  }
  if (without.size() > named_reasons) {
    list.add("li").text(fmt::format("and {} other reasons", count(without.size() - named_reasons)));
  }
}

void not_tested(const Evidence& evidence, const Totals& totals, const Element& section) {
  const std::uint64_t missing = totals.of(Verdict::missing);
  if (totals.nodes_without_rows + totals.not_measured + totals.skipped + totals.bad_rows +
          missing ==
      0) {
    return;
  }
  section.add("h3", {{"id", "what-was-not-tested"}}).text("What was not tested");
  const Element list = section.add("ul", {{"class", "plain"}});
  absent_nodes(list, evidence);
  for (const JudgedFinding& judged : evidence.findings) {
    if (judged.finding.verdict != Verdict::missing || missing > named_nodes) continue;
    const Element item = list.add("li");
    item.add("a", {{"href", '#' + finding_anchor(judged.finding)}}).text(judged.finding.sentence);
  }
  if (missing > named_nodes)
    list.add("li").text(count_of(missing, "expected subject") + " missing");
  reasons(list, evidence);
  if (totals.bad_rows != 0) {
    list.add("li").text(
        fmt::format("{} could not be read; see run health", count_of(totals.bad_rows, "row")));
  }
  list.add("li").add("a", {{"href", "#not_tested"}}).text("All of it, with what was not steady");
}

}  // namespace

void render_sign_off(const Evidence& evidence, const Element& section) {
  const Totals totals = totals_of(evidence);
  verdict_word(evidence, section);
  denominators(evidence, totals, section);
  deciding(evidence, totals, section);
  notes(evidence, section);
  to_do(evidence, section);
  not_tested(evidence, totals, section);
}

}  // namespace plumbline
