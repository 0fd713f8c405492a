#include "reports/formats/changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/evaluation/sentence.h"
#include "reports/formats/plain_line.h"
#include "reports/formats/terminal_summary.h"

namespace plumbline {
namespace {

constexpr std::size_t most_lines = 10;  ///< of each kind: the rest is counted

bool counts(const Finding& f) {
  return f.verdict == Verdict::fail || f.verdict == Verdict::missing;
}

/// Ids are short, and among the findings of a large fleet some are the same.
std::string key_of(const Finding& f) { return f.host + '\n' + f.id; }

std::string line_of(const Finding& f) {
  return fmt::format("{}  {}{}", verdict_names[f.verdict], f.host.empty() ? "" : f.host + ": ",
                     plain_line(f.sentence));
}

/// The first ones, and how many more there are.
class Lines {
 public:
  void add(const std::string& line) {
    if (count_++ < most_lines) text_ += "  " + line + '\n';
  }
  std::string text(const char* more) const {
    if (count_ <= most_lines) return text_;
    return text_ + fmt::format("  and {} more {}\n", count_ - most_lines, more);
  }
  std::size_t count() const { return count_; }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace

Changes::Changes(const std::optional<RunDirectory>& before) {
  if (!before || !std::filesystem::exists(before->nodes()) ||
      !std::filesystem::exists(before->findings())) {
    return;
  }
  before_ = before->name();
  read_csv<NodeVerdict>(before->nodes(),
                        [&](const NodeVerdict& node) { nodes_[node.host] = node.outcome; });
  read_csv<Finding>(before->findings(), [&](const Finding& f) {
    if (counts(f)) bad_[key_of(f)] = {line_of(f)};
  });
}

void Changes::add(const NodeEvaluation& node) {
  for (const Finding& f : node.findings) {
    if (!counts(f)) continue;
    const auto known = bad_.find(key_of(f));
    if (known != bad_.end()) {
      known->second.again = true;
      continue;
    }
    if (new_count_++ < most_lines) new_lines_.push_back(line_of(f));
    if (first_new_id_.empty()) first_new_id_ = f.id;
  }
}

std::string Changes::text(const Judgement& judgement, const std::string& run) const {
  Lines verdicts, gone;
  std::size_t still_there = 0;
  for (const NodeVerdict& node : judgement.nodes) {
    const auto was = nodes_.find(node.host);
    const bool known = was != nodes_.end();
    if (known) ++still_there;
    if (known ? was->second == node.outcome : node.outcome == NodeOutcome::accept) continue;
    verdicts.add(fmt::format("{}: {}{}{}{}", node.host,
                             known ? node_outcome_names[was->second] : "", known ? " -> " : "",
                             node_outcome_names[node.outcome],
                             node.reason.empty() ? "" : ": " + plain_line(node.reason)));
  }
  for (const auto& [key, known] : bad_) {
    if (!known.again) gone.add("no longer  " + known.line);
  }
  const std::size_t left = nodes_.size() - still_there;
  if (verdicts.count() + gone.count() + new_count_ + left == 0) return {};

  Lines appeared;
  for (const std::string& line : new_lines_) appeared.add("new  " + line);
  std::string text =
      fmt::format("{}  {}: {}\n", verdict_word(judgement.fleet.exit_code()), run,
                  before_ ? "changed since " + *before_ : std::string("the first of these runs"));
  if (judgement.fleet.simulated > 0) {
    text += "SIMULATED: nothing of this says anything about a real machine\n";
  }
  text += verdicts.text("nodes with another verdict") + appeared.text("");
  if (new_count_ > new_lines_.size()) {
    text += fmt::format("  and {} more that are new\n", new_count_ - new_lines_.size());
  }
  text += gone.text("that are no longer");
  if (left > 0) {
    text += fmt::format("  {} of the earlier run {} not in the manifest any more\n",
                        counted(left, "node"), left == 1 ? "is" : "are");
  }
  if (!first_new_id_.empty()) {
    text += fmt::format("why, and how to repeat it: plumbline explain {} {}\n", first_new_id_, run);
  }
  return text;
}

}  // namespace plumbline
