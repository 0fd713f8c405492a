// Runs on many hosts with rails that are slow, dead or gone, measured by the efa probe over ssh.

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>

#include "results/schema/finding.h"
#include "suites/running/task_outcome.h"
#include "tests/fabric/fleet.h"

namespace plumbline {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path bin = PLUMBLINE_BIN;

/// What of a rail's rate arrives in GB/s, in frames of 9000 bytes: headers of 20 + 32 bytes, and 14
/// that tbf counts.
constexpr double payload(double mbit) { return mbit / 8000 * 8948 / 9014; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

class FabricRails : public FabricFleet {
 protected:
  void SetUp() override {
    FabricFleet::SetUp();
    if (!std::filesystem::exists(bin / "plumbline-probe-efa")) {
      GTEST_SKIP() << "this build has no efa probe (Debian package libfabric-dev)";
    }
  }

  /// Each rail of every pair, each way.
  std::filesystem::path suite() {
    return write("rails.toml",
                 "name = \"rails\"\n[[step]]\nname = \"rails\"\nprobe = \"efa\"\non = \"pairs\"\n"
                 "deadline = \"2m\"\nfilter = \"efa\\\\.(ranks|write)/\"\n"
                 "options = { rails = \"rail0,rail1\", sizes = \"65536\", seconds = 2, "
                 "window = 16, stall-limit = 3 }\n");
  }

  std::string last_output() { return output_; }

  int run_suite() {
    auto words = run_words(suite());
    words.insert(words.end(), {"--instance-type", "rig"});
    const Said said = say(bin, words);
    output_ = said.output;
    return said.exit;
  }

  /// Who was tested again, and how often.
  std::map<std::string, std::set<std::string>> tests_of_suspects() {
    std::map<std::string, std::set<std::string>> tasks;
    for (const Measurement& row : rows_of("efa.write")) {
      if (!row.task.starts_with("rails.suspects")) continue;
      const std::size_t at = row.task.find('@') + 1;
      tasks[row.task.substr(at, row.task.find('+') - at)].insert(row.task);
    }
    return tasks;
  }

  /// A detail of the last choice of suspects.
  std::string choice(const std::string& detail) {
    std::string last;
    for (const JournalEvent& event : read_journal(run().journal())) {
      if (event.event == "suspects_chosen") last = event.detail(detail);
    }
    return last;
  }

  /// What the rails of the rig carry, as an expectation of type "rig".
  std::string baseline() {
    return "schema,metric,subject_class,params,bytes,nodes,unit,better,expected,low,high,subjects,"
           "spread,ceiling,use,basis,source\n1,efa.write,rail>host/rail,,65536,2,GB/s,higher," +
           std::to_string(payload(rail_rate)) +
           ",-0.15,,2,0.01,,gate,derived,rate of the rig's rails\n";
  }

  /// The notes of rows about a task that failed with this host.
  std::vector<std::string> failures_of(const std::string& host) {
    std::vector<std::string> notes;
    for (const Measurement& row : rows()) {
      if (is_task_row(row) && row.outcome == Outcome::failed && row.host == host) {
        notes.push_back(row.note);
      }
    }
    return notes;
  }

  /// The seconds since the run began.
  double elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::string output_;
};

TEST_F(FabricRails, AHalvedRailIsFoundNamedAndQuantified) {
  ASSERT_EQ(rig().say("slow", {"n3", "rail1", "20mbit"}).output, "");
  EXPECT_EQ(run_suite(), 0) << last_output();

  std::set<std::pair<std::string, std::string>> paths;
  std::vector<double> slow, others;
  for (const Measurement& row : rows_of("efa.write")) {
    ASSERT_EQ(row.outcome, Outcome::ok) << row.note;
    paths.emplace(sender_of(row), receiver_of(row));
    const bool is_slow = concerns(row, "n3/rail1");
    (is_slow ? slow : others).push_back(*row.median);
    EXPECT_NEAR(*row.median / payload(is_slow ? rail_rate / 2 : rail_rate), 1, 0.1)
        << sender_of(row) << '>' << row.peer;
  }
  EXPECT_EQ(paths.size(), 24U) << "6 pairs, 2 rails, both ways";
  EXPECT_NEAR(median(slow) / payload(rail_rate / 2), 1, 0.05);
  EXPECT_NEAR(median(others) / payload(rail_rate), 1, 0.05);

  // The report's suspect: that rail, by how much, and that all three of its paths are slow for it.
  EXPECT_THAT(last_output(),
              ContainsRegex("n3 is tested again: n3/rail1 is (4[5-9]|5[0-4])(\\.[0-9])? % slower "
                            "than the .* in efa.write 64 KiB: explains 3 paths"));
  EXPECT_EQ(choice("source"), "report");

  // The report: what a baseline expects of these rails fails on that rail alone, by that much.
  const Said report =
      say(bin, {"report", run().path(), "--baselines", write("rig.csv", baseline())});
  EXPECT_EQ(report.exit, 1) << report.output;
  std::vector<double> shares;
  for (const Finding& finding : read_all<Finding>(run().findings())) {
    if (finding.verdict != Verdict::fail) continue;
    EXPECT_TRUE(finding.host + '/' + finding.subject == "n3/rail1" || finding.peer == "n3/rail1")
        << finding.sentence;
    ASSERT_TRUE(finding.deficit) << finding.sentence;
    shares.push_back(1 - *finding.deficit);
  }
  ASSERT_FALSE(shares.empty());
  EXPECT_NEAR(median(shares), 0.5, 0.025);
  // With the noise of these hosts, which share two cores, a path may be 5 % slow once: that leaves
  // an end undecided, and never rejects it.
  for (const NodeVerdict& node : read_all<NodeVerdict>(run().nodes())) {
    EXPECT_EQ(node.outcome == NodeOutcome::reject, node.host == "n3")
        << node.host << ": " << node.reason;
  }
}

/// Of two halves of four hosts each has met two slow ones. By the rounds alone all four would be
/// suspect, and nobody good; what explains all paths are the two.
TEST_F(FabricRails, TwoSlowHostsAreToldFromThoseWhoMetThemAndStaySuspectWhenContinued) {
  for (const char* slow : {"n2", "n3"}) {
    for (const char* rail : {"rail0", "rail1"}) {
      ASSERT_EQ(rig().say("slow", {slow, rail, "20mbit"}).output, "");
    }
  }
  std::filesystem::create_directories(results() / "baselines");
  std::ofstream(results() / "baselines" / "rig.csv") << baseline();
  EXPECT_EQ(run_suite(), 0) << last_output();
  EXPECT_EQ(choice("source"), "report") << choice("problem");
  for (const char* slow : {"n2", "n3"}) {
    EXPECT_THAT(last_output(),
                ContainsRegex(std::string(slow) + " is tested again: " + slow +
                              " is (4[5-9]|5[0-4])(\\.[0-9])? % slower than .*: explains"));
    EXPECT_EQ(tests_of_suspects()[slow].size(), 2U) << last_output();
  }

  const auto before = tests_of_suspects();
  const std::size_t rows_before = rows().size();
  std::filesystem::remove(results() / "baselines" / "rig.csv");  // the report would name others
  const Said again = say(bin, {"resume", run().path()});
  EXPECT_EQ(again.exit, 0) << again.output;
  EXPECT_EQ(tests_of_suspects(), before);
  EXPECT_EQ(rows().size(), rows_before);
}

TEST_F(FabricRails, ADeadRailCostsItsOwnRows) {
  ASSERT_EQ(rig().say("cut", {"n2", "rail0"}).output, "");
  EXPECT_EQ(run_suite(), 3) << last_output();
  EXPECT_LT(elapsed(), 240);
  std::size_t dead = 0, alive = 0;
  for (const Measurement& row : rows_of("efa.write")) {
    if (concerns(row, "n2/rail0")) {
      ++dead;
      EXPECT_EQ(row.outcome, Outcome::failed);
      EXPECT_THAT(row.note, AllOf(HasSubstr(sender_of(row) + " > " + row.peer),
                                  HasSubstr("nothing moved for 3.0 s")));
    } else {
      ++alive;
      EXPECT_EQ(row.outcome, Outcome::ok) << row.note;
    }
  }
  EXPECT_EQ(dead, 6U + 4U) << "with three others each way, and again with two of them";
  EXPECT_EQ(alive, 18U + 4U);
  EXPECT_THAT(last_output(), ContainsRegex("n2 is tested again: n2/rail0 failed with the NICs of "
                                           "others: explains 3 paths"));
  for (const char* good : {"n1", "n3", "n4"}) {
    EXPECT_THAT(last_output(), Not(HasSubstr(std::string(good) + " is tested again")));
  }
}

TEST_F(FabricRails, AHostThatVanishesInMidRoundTakesItsOwnTasksAlone) {
  const Running running = start(bin, run_words(suite()));
  // In the second round, when a row of it has been sent.
  ASSERT_TRUE(eventually([&] { return running.output().find("round2") != std::string::npos; },
                         std::chrono::seconds(120)));
  ASSERT_TRUE(
      eventually([&] { return has_sent("n3", "round2", "efa.write"); }, std::chrono::seconds(60)));
  ASSERT_EQ(rig().say("vanish", {"n3"}).output, "");
  EXPECT_EQ(running.wait(), 3) << running.output();
  EXPECT_LT(elapsed(), 300);

  std::map<std::string, int> good;
  for (const Measurement& row : rows_of("efa.write")) {
    const bool with_n3 = row.task.find("n3") != std::string::npos;
    const std::string round = row.task.substr(0, row.task.find('@'));
    if (!with_n3) {
      EXPECT_EQ(row.outcome, Outcome::ok) << row.note;
      ++good[round];
    } else if (row.outcome == Outcome::failed) {
      EXPECT_THAT(row.note, AllOf(HasSubstr(row.host + '/'), HasSubstr(row.peer)));
    }
  }
  EXPECT_EQ(good["rails.round1"], 4);
  EXPECT_EQ(good["rails.round2"], 4) << "the rest of the round is kept";
  EXPECT_EQ(good["rails.round3"], 4);
  const auto failures = failures_of("n3");
  EXPECT_THAT(failures, Contains(HasSubstr("n3 was not heard of for 30 s")));
  EXPECT_THAT(failures, Contains(HasSubstr("not started: n3 was lost before")));
}

}  // namespace
}  // namespace plumbline
