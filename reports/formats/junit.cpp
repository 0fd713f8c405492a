#include "reports/formats/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/evaluation/sentence.h"
#include "reports/html/escape.h"
#include "reports/judging/repeat_command.h"

namespace plumbline {
namespace {

/// Text for an element or an attribute. A line end in an attribute would be read as a space.
std::string xml(const std::string& text) {
  std::string escaped;
  html::escape(text, escaped);
  return escaped;
}

/// The cases of one suite, counted.
class Suite {
 public:
  Suite(std::string name, std::string host) : name_(std::move(name)), host_(std::move(host)) {}

  void passes(const std::string& group, const std::string& name, const std::string& output = "") {
    begin(group, name);
    cases_ += output.empty()
                  ? "/>\n"
                  : fmt::format("><system-out>{}</system-out></testcase>\n", xml(output));
  }
  void fails(const std::string& group, const std::string& name, const char* type,
             const std::string& message, const std::string& details) {
    ++failures_;
    with("failure", group, name, type, message, details);
  }
  void errs(const std::string& group, const std::string& name, const char* type,
            const std::string& message, const std::string& details) {
    ++errors_;
    with("error", group, name, type, message, details);
  }
  void is_skipped(const std::string& group, const std::string& name, const char* type,
                  const std::string& message) {
    ++skipped_;
    with("skipped", group, name, type, message, "");
  }
  /// Nothing of no cases.
  std::string text(const std::string& time) const {
    if (tests_ == 0) return {};
    return fmt::format(
        " <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "hostname=\"{}\" timestamp=\"{}\">\n{} </testsuite>\n",
        xml(name_), tests_, failures_, errors_, skipped_, xml(host_), time, cases_);
  }

 private:
  void begin(const std::string& group, const std::string& name) {
    ++tests_;
    cases_ += fmt::format("  <testcase classname=\"{}\" name=\"{}\"", xml(group), xml(name));
  }
  void with(const char* element, const std::string& group, const std::string& name,
            const char* type, const std::string& message, const std::string& details) {
    begin(group, name);
    cases_ += fmt::format("><{0} type=\"{1}\" message=\"{2}\">{3}</{0}></testcase>\n", element,
                          type, xml(message), xml(details));
  }

  std::string name_, host_, cases_;
  std::size_t tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
};

/// What a person at the CI system needs beside the sentence.
std::string details_of(const Finding& f) {
  std::string text = f.sentence;
  if (!f.expected.empty()) {
    text += fmt::format("\nexpected: {} ({}: {})", f.expected, f.basis, f.source);
  }
  if (!f.action.empty()) text += "\nwhat to do: " + f.action;
  const std::string command = repeat_command(f);
  if (!command.empty()) text += fmt::format("\nrepeat it on {}: {}", f.host, command);
  if (f.provenance == Provenance::simulated) text += "\nSIMULATED: says nothing about a machine";
  return text + fmt::format("\nwhy: plumbline explain {}", f.id);
}

void add_case(Suite& suite, const std::string& group, const Finding& f) {
  const char* type = verdict_names[f.verdict];
  const std::string name = label(f);
  switch (f.verdict) {
    case Verdict::pass:
      return suite.passes(group, name);
    case Verdict::warn:
      return suite.passes(group, name, std::string("WARN: ") + f.sentence);
    case Verdict::unjudged:
      return suite.is_skipped(group, name, type, f.sentence);
    case Verdict::fail:
      return suite.fails(group, name, type, f.sentence, details_of(f));
    case Verdict::missing:
    case Verdict::inconclusive:
      return suite.errs(group, name, type, f.sentence, details_of(f));
  }
}

void add_verdict(Suite& suite, const NodeVerdict& node) {
  const char* type = node_outcome_names[node.outcome];
  switch (node.outcome) {
    case NodeOutcome::accept:
      return suite.passes("verdict", node.host);
    case NodeOutcome::reject:
      return suite.fails("verdict", node.host, type, node.reason, node.reason);
    case NodeOutcome::incomplete:
      return suite.errs("verdict", node.host, type, node.reason, node.reason);
  }
}

/// What the nodes came to in the end: no host shows it while others are still to be judged.
Suite verdicts_of(const Judgement& judgement) {
  Suite suite("verdicts", "");
  const bool whole = judgement.nodes.size() <= junit::whole_nodes;
  for (const NodeVerdict& node : judgement.nodes) {
    if (whole || node.outcome != NodeOutcome::accept) add_verdict(suite, node);
  }
  if (!whole) suite.passes("verdict", fmt::format("{} accepted", judgement.fleet.accepted));
  return suite;
}

std::string suite_of(const NodeEvaluation& node, bool whole, const std::string& time) {
  Suite suite(node.verdict.host, node.verdict.host);
  std::size_t left_out = 0, cases = 0;
  for (const Finding& f : node.findings) {
    const bool plain = f.verdict == Verdict::pass || f.verdict == Verdict::unjudged;
    if (plain && !whole) continue;
    if (!plain && ++cases > junit::most_cases) {
      ++left_out;
      continue;
    }
    add_case(suite, node.verdict.host, f);
  }
  if (left_out > 0) {
    suite.errs(node.verdict.host, "left out", "MISSING",
               fmt::format("{} more findings that are not PASS: findings.csv has them", left_out),
               "");
  }
  return suite.text(time);
}

/// "2026-11-24T10:33:35" of "2026-11-24T10:33:35.123Z".
std::string junit_time(WallTime time) { return format_time(time).substr(0, 19); }

}  // namespace

JUnitFile::JUnitFile(const std::filesystem::path& file, const ReportOrigin& origin)
    : file_(file), out_(file), time_(junit_time(origin.made)) {
  out_.write(fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plumbline {}\">\n",
      xml(fmt::format("{}", fmt::join(origin.runs, ", ")))));
}

void JUnitFile::add(const NodeEvaluation& node, std::span<const Measurement>, const std::string&) {
  if (node.verdict.host.empty()) {
    const std::size_t room = junit::most_cases - std::min(junit::most_cases, of_no_node_.size());
    const std::size_t count = std::min(room, node.findings.size());
    of_no_node_.insert(of_no_node_.end(), node.findings.begin(),
                       node.findings.begin() + static_cast<std::ptrdiff_t>(count));
    return;
  }
  ++nodes_;
  if (nodes_ <= junit::whole_nodes) whole_ += suite_of(node, true, time_);
  short_ += suite_of(node, false, time_);
  if (nodes_ <= junit::whole_nodes) return;
  out_.write(short_);
  short_.clear();
  whole_.clear();
}

bool JUnitFile::finish(const Judgement& judgement) {
  out_.write((nodes_ <= junit::whole_nodes ? whole_ : short_) + verdicts_of(judgement).text(time_));
  Suite suite("plumbline", "");
  const std::string group = "plumbline";
  for (const Finding& f : of_no_node_) add_case(suite, group, f);
  for (const Suspect& suspect : judgement.fleet.suspects()) {
    suite.errs(group, "harness " + suspect.family, "HARNESS_SUSPECT", sentence_of(suspect), "");
  }
  for (const std::string& type : judgement.types_without_baseline) {
    suite.errs(group, "baseline of " + type, "INCOMPLETE", "no baseline for type " + type, "");
  }
  for (std::size_t i = 0; i < judgement.bad_rows.size() && i < junit::most_cases; ++i) {
    suite.errs(group, "row that cannot be read", "INCOMPLETE", judgement.bad_rows[i], "");
  }
  const ExitCode code = judgement.fleet.exit_code();
  const std::string notes = fmt::format("{}", fmt::join(judgement.notes, "\n"));
  if (code == exit_ok) {
    suite.passes(group, "verdict", notes);
  } else if (code == exit_rejected) {
    suite.fails(group, "verdict", "REJECT", "rejected", notes);
  } else {
    suite.errs(group, "verdict", code == exit_harness_suspect ? "HARNESS_SUSPECT" : "INCOMPLETE",
               code == exit_harness_suspect ? "suspect the harness" : "incomplete", notes);
  }
  out_.write(suite.text(time_) + "</testsuites>\n");
  out_.commit();
  return true;
}

}  // namespace plumbline
