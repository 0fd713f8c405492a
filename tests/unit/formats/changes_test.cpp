// What a scheduled run says: nothing, if nothing changed.

#include "reports/formats/changes.h"

#include <gmock/gmock.h>

#include "reports/formats/tables.h"
#include "reports/judging/find_run.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

/// What a run says after those before it.
class ChangesTest : public ::testing::Test {
 protected:
  ChangesTest() { results_.baseline({expected_triad()}); }

  std::string say(const RunDirectory& run) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    Changes changes(run_before(run));
    FindingsTable findings(run.findings());
    NodesTable nodes(run.nodes());
    const Judgement judgement =
        judge_runs(std::vector{run}, store,
                   [&](const NodeEvaluation& each, std::span<const Measurement> rows) {
                     changes.add(each);
                     findings.add(each, rows, findings.text_of(each));
                   });
    findings.finish(judgement);
    nodes.finish(judgement);
    return changes.text(judgement, run.name());
  }
  RunDirectory run(const char* time, double a, double b) {
    return results_.run(std::string("20261124T") + time + "Z_nightly",
                        {on(triad(a), "a"), on(triad(b), "b")}, {node("a"), node("b")});
  }

  ResultsFolder results_;
};

TEST_F(ChangesTest, NothingIsSaidOfTheSame) {
  EXPECT_EQ(say(run("100000", 100, 100)), "");
  EXPECT_EQ(say(run("110000", 100, 99.5)), "");
}

TEST_F(ChangesTest, TheSameFailureIsToldOnce) {
  EXPECT_EQ(say(run("100000", 100, 100)), "");
  EXPECT_EQ(say(run("110000", 100, 50)),
            "REJECT  20261124T110000Z_nightly: changed since 20261124T100000Z_nightly\n"
            "  b: ACCEPT -> REJECT: numa0>numa0 host_memory.triad 50 GB/s (48.29 to 51.77, 1 run) "
            "is 50 % below 100 GB/s; at most 5 % is allowed, 2 more runs will confirm it\n"
            "  new  FAIL  b: numa0>numa0 host_memory.triad 50 GB/s (48.29 to 51.77, 1 run) is 50 % "
            "below 100 GB/s; at most 5 % is allowed, 2 more runs will confirm it\n"
            "why, and how to repeat it: plumbline explain a86175bd 20261124T110000Z_nightly\n");
  EXPECT_EQ(say(run("120000", 100, 51)), "");
  const std::string well = say(run("130000", 100, 100));
  EXPECT_THAT(well, HasSubstr("ACCEPT  20261124T130000Z_nightly: changed since"));
  EXPECT_THAT(well, HasSubstr("  b: REJECT -> ACCEPT\n"));
  EXPECT_THAT(well, HasSubstr("  no longer  FAIL  b: "));
}

TEST_F(ChangesTest, AnotherFindingOnARejectedNode) {
  say(run("100000", 100, 50));
  Measurement other = on(triad(40), "b");
  other.metric = "host_memory.read";
  Baseline read = expected_triad();
  read.metric = other.metric;
  results_.baseline({expected_triad(), read});
  const std::string said =
      say(results_.run("20261124T110000Z_nightly", {on(triad(100), "a"), on(triad(50), "b"), other},
                       {node("a"), node("b")}));
  EXPECT_THAT(said, HasSubstr("  new  FAIL  b: numa0>numa0 host_memory.read"));
  EXPECT_THAT(said, HasSubstr("  a: ACCEPT -> INCOMPLETE"));  // read is missing of it
  EXPECT_THAT(said, Not(HasSubstr("host_memory.triad 50 GB/s")));
}

TEST_F(ChangesTest, TheFirstRunSaysWhatIsNotWell) {
  const std::string said = say(run("100000", 100, 50));
  EXPECT_THAT(said, HasSubstr("REJECT  20261124T100000Z_nightly: the first of these runs\n"
                              "  b: REJECT: numa0"));
}

TEST_F(ChangesTest, ANodeThatLeftTheManifest) {
  say(run("100000", 100, 100));
  EXPECT_EQ(say(results_.run("20261124T110000Z_nightly", {on(triad(100), "a")}, {node("a")})),
            "ACCEPT  20261124T110000Z_nightly: changed since 20261124T100000Z_nightly\n"
            "  1 node of the earlier run is not in the manifest any more\n");
}

TEST_F(ChangesTest, AFleetThatFailsFitsOnAScreen) {
  std::vector<Measurement> rows;
  Manifest manifest;
  for (int i = 0; i < 500; ++i) {
    manifest.push_back(node("n" + std::to_string(i)));
    rows.push_back(on(triad(50), manifest.back().host));
  }
  const std::string said = say(results_.run("20261124T100000Z_nightly", rows, manifest));
  EXPECT_LT(std::count(said.begin(), said.end(), '\n'), 26);
  EXPECT_THAT(said, HasSubstr("  and 490 more nodes with another verdict\n"));
  EXPECT_THAT(said, HasSubstr("  and 490 more that are new\n"));
}

TEST_F(ChangesTest, TheRunBefore) {
  const auto before = [&](const RunDirectory& run) {
    const auto found = run_before(run);
    return found ? found->name() : std::string();
  };
  const auto of = [&](const char* name, const char* host) {
    return results_.run(name, {}, {node(host)});
  };
  const RunDirectory first = of("20261124T100000Z_nightly", "a");
  of("20261124T101000Z_nightly", "b");
  of("20261124T102000Z_acceptance", "a");
  of("named", "a");
  EXPECT_EQ(before(first), "");
  EXPECT_EQ(before(of("20261124T110000Z_nightly", "a")), first.name());
  EXPECT_EQ(before(of("20261124T110000Z_nightly-2", "a")), "20261124T110000Z_nightly");
  EXPECT_EQ(before(RunDirectory::at(results_.path() / "runs/named")), "");
}

}  // namespace
}  // namespace plumbline
