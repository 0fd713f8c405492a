#include "suites/running/old_runs.h"

#include <gmock/gmock.h>

#include "results/schema/finding.h"
#include "results/schema/journal.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const WallTime now = *parse_time("2026-11-24T02:00:00.000Z");

class OldRuns : public ::testing::Test {
 protected:
  RunDirectory add(const char* time, const std::string& suite, const std::string& host = "host",
                   NodeOutcome outcome = NodeOutcome::accept) {
    const auto run = RunDirectory::create(folder_.path(), suite, *parse_time(time));
    Journal(run.journal()).append({now, "run_started", "", 0, {{"suite", suite}, {"host", host}}});
    NodeVerdict node;
    node.host = host;
    node.outcome = outcome;
    CsvAppender<NodeVerdict>(run.nodes()).append(node);
    return run;
  }
  std::vector<std::string> old(unsigned days) const {
    std::vector<std::string> names;
    for (const auto& run : old_runs(folder_.path(), "nightly", "host", days, now)) {
      names.push_back(run.name());
    }
    return names;
  }

  ScratchFolder folder_;
};

TEST_F(OldRuns, AreThoseOfTheSuiteThatBeganBefore) {
  add("2026-10-01T02:00:00.000Z", "nightly");
  add("2026-10-20T02:00:00.000Z", "nightly");
  add("2026-11-23T02:00:00.000Z", "nightly");
  EXPECT_THAT(old(30), ElementsAre("20261001T020000Z_nightly", "20261020T020000Z_nightly"));
  EXPECT_THAT(old(40), ElementsAre("20261001T020000Z_nightly"));
}

TEST_F(OldRuns, AreNotOfOtherSuitesOrHosts) {
  add("2026-10-01T02:00:00.000Z", "nightly", "other");
  add("2026-10-01T03:00:00.000Z", "nightly-gpu");
  add("2026-10-01T04:00:00.000Z", "acceptance");
  add("2026-11-23T02:00:00.000Z", "nightly");
  std::filesystem::create_directories(folder_.path() / "runs/20261001T020000Z_nightly_notes");
  std::filesystem::create_directories(folder_.path() / "runs/my_own_nightly");
  EXPECT_THAT(old(30), IsEmpty());
}

TEST_F(OldRuns, AreNeitherTheNewestNorEvidence) {
  add("2026-09-01T02:00:00.000Z", "nightly", "host", NodeOutcome::reject);
  add("2026-10-01T02:00:00.000Z", "nightly");
  EXPECT_THAT(old(30), IsEmpty());
}

}  // namespace
}  // namespace plumbline
