#include <fmt/format.h>

#include <map>

#include "reports/baselines/baseline_store.h"
#include "reports/baselines/lint.h"
#include "reports/baselines/revision.h"
#include "reports/evaluation/sentence.h"
#include "reports/formats/replaced_table.h"
#include "reports/judging/find_run.h"
#include "reports/judging/judge_runs.h"
#include "reports/judging/run_files.h"
#include "reports/learning/learn.h"
#include "reports/programs/baseline_verbs.h"
#include "results/schema/file_error.h"
#include "results/schema/install_tree.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// Why a run cannot teach; a fault must never become the expectation.
void refuse(const RunDirectory& run, const std::string& why) {
  throw FileError(run.name(), 0, "", "cannot be learned from: " + why);
}

/// Judges one run by what is expected so far and takes its rows into the observations of each type.
void observe(const RunDirectory& run, BaselineStore& baselines,
             std::map<std::string, Observations>& by_type) {
  if (const std::string unfinished = what_did_not_end(run); !unfinished.empty()) {
    refuse(run, unfinished);
  }
  std::uint64_t undecided = 0;
  const Judgement judgement = judge_runs(
      std::span(&run, 1), baselines,
      [&](const NodeEvaluation& node, std::span<const Measurement> rows) {
        for (const Finding& f : node.findings) {
          if (f.verdict == Verdict::fail) refuse(run, "it is rejected: " + f.sentence);
          if (f.verdict == Verdict::missing && (f.rule == "failed" || f.rule == "task")) {
            refuse(run, "a measurement failed: " + f.sentence);
          }
          if (f.rule == "provenance") refuse(run, f.sentence);
          undecided += f.verdict == Verdict::inconclusive ? 1 : 0;
        }
        const std::string& type = node.verdict.instance_type;
        if (!rows.empty() && !type.empty()) by_type[type].add(rows, baselines.of_type(type));
      });
  if (!judgement.bad_rows.empty()) {
    refuse(run, "a row cannot be read: " + judgement.bad_rows.front());
  }
  fmt::print("{}: {}, {} findings undecided\n", run.name(), counted(judgement.rows, "row"),
             undecided == 0 ? "no" : std::to_string(undecided));
}

void write_baselines(const fs::path& file, const std::vector<Baseline>& rows) {
  if (file.has_parent_path()) fs::create_directories(file.parent_path());
  ReplacedTable<Baseline> table(file);
  for (const Baseline& b : rows) table.append(b);
  table.commit();
}

void learn_type(const std::string& type, const Observations& observations, const fs::path& file,
                const LearnOrder& order) {
  if (observations.mixed()) {
    throw FileError(type, 0, "", "simulated runs cannot be learned together with measured ones");
  }
  const Lesson lesson = learn(observations);
  const std::vector<Baseline> present =
      fs::exists(file) ? read_baselines(file) : std::vector<Baseline>();
  std::vector<Baseline> rows =
      order.replace ? lesson.baselines : revised(present, lesson.baselines);
  sort_rows(rows);
  for (const Baseline& b : rows) {
    for (const BaselineProblem& problem : problems_of(b)) {
      throw FileError(b.metric + " of " + b.subject_class, 0, problem.column, problem.what);
    }
  }
  const auto gates = std::count_if(lesson.baselines.begin(), lesson.baselines.end(),
                                   [](const Baseline& b) { return b.use == Use::gate; });
  fmt::print("\n{}: {} from {} of {}; {} gate\n", type, counted(lesson.baselines.size(), "row"),
             counted(observations.runs().size(), "run"),
             counted(observations.hosts().size(), "host"), gates);
  for (const std::string& note : lesson.notes) fmt::print("  {}\n", note);
  const auto all = changes(present, rows);
  fmt::print("\n{} {}:\n", order.dry_run ? "would change in" : "changes in", file.string());
  for (const BaselineChange& change : all) fmt::print("  {}\n", describe_change(change));
  if (all.empty()) fmt::print("  nothing\n");
  if (order.dry_run) return;
  write_baselines(file, rows);
  fmt::print("written: {}\n", file.string());
}

}  // namespace

int learn_baseline(const fs::path& results, const LearnOrder& order) {
  BaselineStore baselines =
      BaselineStore::of(InstallTree::of_this_program().baselines(), results, order.baselines);
  std::map<std::string, Observations> by_type;
  for (const RunDirectory& run : find_runs(results, order.runs)) observe(run, baselines, by_type);
  if (by_type.empty()) throw FileError("learn", 0, "", "these runs have no rows to learn from");
  if (!order.output.empty() && by_type.size() > 1) {
    throw FileError("--output", 0, "",
                    fmt::format("these runs are of {} types; one file holds one", by_type.size()));
  }
  for (const auto& [type, observations] : by_type) {
    const fs::path file =
        order.output.empty() ? baseline_file(results / "baselines", type) : fs::path(order.output);
    learn_type(type, observations, file, order);
  }
  return exit_ok;
}

}  // namespace plumbline
