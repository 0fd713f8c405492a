#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "results/schema/finding.h"
#include "tests/runs/rig.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> accept(const char* suite, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"accept", suite, "--look-gap", "0"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The attempts of a case, in the order of the rows.
std::vector<std::uint64_t> attempts(const RunDirectory& run, const std::string& subject) {
  std::vector<std::uint64_t> found;
  for (const Measurement& row : read_all<Measurement>(run.measurements())) {
    if (row.subject == subject) found.push_back(row.attempt);
  }
  return found;
}

TEST(Accept, IsThePassOfTheReport) {
  Rig rig;
  const Said said = rig.run(accept("short"));
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("the stand-in's verdict: 0"));
  EXPECT_TRUE(std::filesystem::exists(rig.latest().report()));
}

TEST(Accept, EveryLookComparesWithTheHistory) {
  Rig rig;
  const std::string folder = (rig.results() / "runs").string();
  const Said said = rig.run(accept("undecided", {"--history", folder}));
  EXPECT_THAT(said.output, HasSubstr("compared with the runs of " + folder));
  std::ifstream log(rig.latest().logs() / "report.log");
  const std::string looks{std::istreambuf_iterator<char>(log), {}};
  EXPECT_THAT(looks, HasSubstr("compared with the runs of " + folder));
}

TEST(Accept, IsTheRejectionOfTheReportWithoutMeasuringAgainWhatIsBeyondDoubt) {
  Rig rig;
  const Said said = rig.run(accept("rejected"));
  EXPECT_EQ(said.exit, 1) << said.output;
  EXPECT_THAT(attempts(rig.latest(), "bad"), ElementsAre(1));
}

TEST(Accept, MeasuresAgainOnlyWhatIsUndecidedUntilThreeSixTwelveRuns) {
  Rig rig;
  const Said said = rig.run(accept("undecided"));
  EXPECT_EQ(said.exit, 3) << said.output;
  const RunDirectory run = rig.latest();
  EXPECT_THAT(attempts(run, "good"), ElementsAre(1));
  EXPECT_THAT(attempts(run, "slow"), ElementsAre(1, 2, 3)) << "decided at the second look";
  EXPECT_THAT(attempts(run, "shaky"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_THAT(attempts(run, "fine"), ElementsAre(1));
  std::vector<std::string> tasks;
  for (const Measurement& row : read_all<Measurement>(run.measurements())) {
    if (row.subject == "shaky") tasks.push_back(row.task);
  }
  EXPECT_THAT(tasks, ElementsAre("one#1", "look2.one#1", "look2.one#2", "look3.one#1",
                                 "look3.one#2", "look3.one#3", "look4.one#1", "look4.one#2",
                                 "look4.one#3", "look4.one#4", "look4.one#5", "look4.one#6"));
  EXPECT_THAT(said.output, HasSubstr("2 cases are undecided: measured again, at least 0.0 s apart, "
                                     "until 3 runs"));
  EXPECT_THAT(said.output, HasSubstr("1 case is undecided"));
}

TEST(Accept, LetsAStepRestBetweenLooks) {
  Rig rig;
  const Said said = rig.run({"accept", "undecided", "--look-gap", "0.1"});
  EXPECT_EQ(said.exit, 3);
  EXPECT_THAT(said.output, HasSubstr("at least 0.1 s apart"));
  std::optional<WallTime> before;
  for (const Measurement& row : read_all<Measurement>(rig.latest().measurements())) {
    if (row.subject != "shaky") continue;
    if (before) {
      EXPECT_GE(row.time - *before, std::chrono::milliseconds(100));
    }
    before = row.time;
  }
}

TEST(Accept, IsResumedInTheMiddleOfALook) {
  Rig rig;
  const Running runner = rig.start_run({"accept", "undecided", "--look-gap", "0.2"});
  ASSERT_TRUE(eventually([&] {
    return rig.rows_so_far() > 0 &&
           count_rows(rig.latest()).contains({"look2.one#1", 2, "quick.value/shaky"});
  }));
  runner.signal(SIGKILL);
  runner.wait();
  const RunDirectory run = rig.latest();
  const Said resumed = rig.run({"resume", run.path()});
  EXPECT_EQ(resumed.exit, 3) << resumed.output;
  EXPECT_THAT(attempts(run, "shaky"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  for (const auto& [key, count] : count_rows(run)) EXPECT_EQ(count, 1);
}

TEST(Accept, OnAScheduleIsSilentWhenAllIsWell) {
  Rig rig;
  const Said said = rig.run(accept("short", {"--quiet-if-ok"}));
  EXPECT_EQ(said.exit, 0);
  EXPECT_THAT(said.output, IsEmpty());
}

TEST(Accept, OnAScheduleSaysOneParagraphWhenNotAllIsWell) {
  Rig rig;
  const Said said =
      rig.run(accept("rejected", {"--quiet-if-ok", "--host", "ip-1", "--instance-type", "p5"}));
  EXPECT_EQ(said.exit, 1);
  std::string text = said.output;
  EXPECT_EQ(text.find("\n\n"), std::string::npos) << "one paragraph";
  std::replace(text.begin(), text.end(), '\n', ' ');
  EXPECT_THAT(text,
              HasSubstr("plumbline rejected on ip-1 (p5): REJECT. FAIL: bad is what its name "
                        "says. Findings: 1 FAIL, 1 PASS. Evidence: " +
                        rig.latest().report().string() + " Again: plumbline accept rejected"));
}

TEST(Accept, RemovesOldRunsOfItsSuiteOnly) {
  Rig rig;
  const auto old_run = [&](const std::string& name, const std::string& suite) {
    const auto folder = rig.results() / "runs" / name;
    std::filesystem::create_directories(folder);
    Journal(folder / "journal.jsonl")
        .append({wall_now(), "run_started", "", 0, {{"suite", suite}, {"host", "ip-1"}}});
    return folder;
  };
  const auto old = old_run("20200101T000000Z_short", "short");
  const auto other = old_run("20200101T000000Z_many", "many");
  const Said said = rig.run(accept("short", {"--keep-days", "30", "--host", "ip-1"}));
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(other));
  EXPECT_TRUE(std::filesystem::exists(rig.latest().path()));
}

}  // namespace
}  // namespace plumbline
