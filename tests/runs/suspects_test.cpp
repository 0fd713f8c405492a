// Who is tested again after the rounds of pairs of a run on many hosts, and who says so.

#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <fstream>

#include "results/schema/suspected_node.h"
#include "tests/runs/local_fleet.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> six = {"n1", "n2", "n3", "n4", "n5", "n6"};

class Suspects : public LocalFleet {
 protected:
  std::filesystem::path table(const std::filesystem::path& file,
                              const std::vector<std::string>& hosts) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream text(file);
    text << csv_header<SuspectedNode>();
    for (const std::string& host : hosts) text << csv_line(SuspectedNode{host, host + " is odd"});
    return file;
  }
  /// What the stand-in for the report says from now on.
  void report_names(const std::vector<std::string>& hosts) {
    table(rig.results() / "suspects_of_pairs.csv", hosts);
  }
  std::vector<std::string> words_with(const std::filesystem::path& suspects) {
    auto all = words(six);
    all.insert(all.end(), {"--suspects", suspects});
    return all;
  }

  /// How many tests that went well has each suspect.
  std::map<std::string, int> tested() const {
    std::map<std::string, int> tests;
    for (const Measurement& row : rows_of("quick.rate")) {
      if (!row.task.starts_with("pairs.suspects")) continue;
      const std::size_t at = row.task.find('@') + 1;
      tests[row.task.substr(at, row.task.find('+') - at)] += row.outcome == Outcome::ok ? 1 : 0;
    }
    return tests;
  }
  std::string chosen(const std::string& detail) const {
    return last_detail(rig.latest(), "suspects_chosen", detail);
  }
};

TEST_F(Suspects, AreThoseWhomTheReportNames) {
  with_options("", "slow-host = \"n2\"");
  report_names({"n5"});
  const Said said = run(six);
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("pairs: n5 is tested again: n5 is odd"));
  EXPECT_THAT(said.output, Not(HasSubstr("n2 is tested again")));
  EXPECT_THAT(tested(), ElementsAre(std::pair("n5", 2)));
  EXPECT_EQ(chosen("source"), "report");
  EXPECT_EQ(chosen("suspects"), "n5: n5 is odd");
}

TEST_F(Suspects, MayBeNobody) {
  with_options("", "slow-host = \"n2\"");
  report_names({});
  EXPECT_EQ(run(six).exit, 0);
  EXPECT_THAT(tested(), IsEmpty());
  EXPECT_EQ(chosen("source"), "report");
}

TEST_F(Suspects, AreThoseOfTheRoundsWhereTheReportCannotTell) {
  with_options("", "slow-host = \"n2\"");
  const Said said = run(six);
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output,
              HasSubstr("pairs: the rounds alone say who is tested again: plumbline-report ended "
                        "with exit 2: nothing tells who is slow"));
  EXPECT_THAT(said.output, HasSubstr("pairs: n2 is tested again: 50 % below the median"));
  EXPECT_THAT(tested(), ElementsAre(std::pair("n2", 2)));
  EXPECT_EQ(chosen("source"), "rounds");
  EXPECT_THAT(chosen("problem"), HasSubstr("nothing tells who is slow"));
}

TEST_F(Suspects, AreThoseOfTheRoundsWhereThereIsNoReport) {
  with_options("", "slow-host = \"n2\"");
  const auto bin = scratch_ / "bin";
  std::filesystem::create_directories(bin);
  std::filesystem::copy_file(PLUMBLINE_RIG "/bin/plumbline", bin / "plumbline");
  auto command = words(six);
  command.insert(command.begin(), bin / "plumbline");
  command.insert(command.end(), {"--remote-bin", PLUMBLINE_RIG "/bin", "--results", rig.results()});
  const Running running = start_program(command, scratch_ / "output");
  EXPECT_EQ(running.wait(), 0) << running.output();
  EXPECT_THAT(running.output(), HasSubstr("/plumbline-report cannot be started: No such file"));
  EXPECT_THAT(tested(), ElementsAre(std::pair("n2", 2)));
}

TEST_F(Suspects, OfTheReportWithoutAnyGoodPartnerAreNamed) {
  report_names({"n1", "n2", "n3"});
  const Said said = run({"n1", "n2", "n3"});
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("no node is known to be good: 3 suspects cannot be tested"));
  EXPECT_THAT(tested(), IsEmpty());
}

TEST_F(Suspects, AreThoseOfAFileIfThereIsOne) {
  report_names({"n5"});
  const Said said = rig.run(words_with(table(scratch_ / "suspects.csv", {"n4"})));
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("pairs: n4 is tested again: n4 is odd"));
  EXPECT_THAT(tested(), ElementsAre(std::pair("n4", 2)));
  EXPECT_EQ(chosen("source"), "order");
  std::filesystem::remove(scratch_ / "suspects.csv");
  EXPECT_EQ(rig.run({"resume"}).exit, 0);
  EXPECT_THAT(tested(), ElementsAre(std::pair("n4", 2)));
}

TEST_F(Suspects, OfAFileWhoWereLostAreTestedOnceTheyAreBack) {
  std::ofstream(scratch_ / "refused-127.0.0.4") << "";
  EXPECT_EQ(rig.run(words_with(table(scratch_ / "suspects.csv", {"n4", "n6"}))).exit, 3);
  EXPECT_THAT(tested(), ElementsAre(std::pair("n6", 2)));
  std::filesystem::remove(scratch_ / "refused-127.0.0.4");
  const Said said = rig.run({"resume"});
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_EQ(tested()["n4"], 2) << said.output;
}

TEST_F(Suspects, OfAFileThatIsNotRightAreRefused) {
  const auto file = table(scratch_ / "suspects.csv", {"n4", "n9"});
  const auto said_of = [&](const std::vector<std::string>& command) {
    const Said said = rig.run(command);
    EXPECT_EQ(said.exit, 2) << said.output;
    return said.output;
  };
  EXPECT_THAT(said_of(words_with(file)),
              HasSubstr("suspects.csv:3: host: found \"n9\", expected a host of the manifest"));
  EXPECT_THAT(said_of(words_with(scratch_ / "nowhere.csv")), HasSubstr("nowhere.csv"));
  EXPECT_THAT(said_of({"run", suite_, "--suspects", file}),
              HasSubstr("--hosts or --slurm says which others there are"));
  std::ofstream(scratch_ / "alone.toml")
      << "name = \"alone\"\n[[step]]\nname = \"alone\"\nprobe = \"quick\"\n";
  suite_ = scratch_ / "alone.toml";
  EXPECT_THAT(said_of(words_with(file)), HasSubstr("has no step on pairs"));
  EXPECT_FALSE(std::filesystem::exists(rig.results() / "runs")) << "no run was begun";
}

TEST_F(Suspects, StayTheSameWhereNothingElseWasMeasured) {
  with_options("subjects = \"good,odd\"", "");
  report_names({"n5"});
  auto order = words(six, "accept");
  order.insert(order.end(), {"--look-gap", "0"});
  const Said said = rig.run(order);
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("can change with more runs")) << "a look of its own";
  EXPECT_THAT(tested(), ElementsAre(std::pair("n5", 2)));
  report_names({"n4"});
  EXPECT_EQ(rig.run({"resume"}).exit, 0);
  EXPECT_THAT(tested(), ElementsAre(std::pair("n5", 2)));
}

TEST_F(Suspects, AreOthersWhereAHostHasComeBack) {
  std::ofstream(scratch_ / "refused-127.0.0.2") << "";
  report_names({"n2", "n5"});
  const Said without = run(six);
  EXPECT_EQ(without.exit, 3) << without.output;
  EXPECT_THAT(without.output, Not(HasSubstr("n2 is tested again"))) << "it was lost";
  EXPECT_THAT(tested(), ElementsAre(std::pair("n5", 2)));

  std::filesystem::remove(scratch_ / "refused-127.0.0.2");
  report_names({"n2"});
  const Said said = rig.run({"resume"});
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("pairs: n2 is tested again: n2 is odd"));
  EXPECT_EQ(tested()["n2"], 2);
  EXPECT_EQ(tested()["n5"], 2) << "what was measured is kept";
}

TEST_F(Suspects, AreTheSameAfterTheRunnerWasKilled) {
  with_options("", "rounds = 10, seconds = 0.1");
  report_names({"n2"});
  const Running running = rig.start_run(words({"n1", "n2", "n3", "n4"}));
  ASSERT_TRUE(
      eventually([&] { return running.output().find("pairs.suspects1:") != std::string::npos; },
                 std::chrono::seconds(60)));
  running.signal(SIGKILL);
  running.wait();
  report_names({"n3"});
  const Said said = rig.run({"resume"});
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(tested(), ElementsAre(std::pair("n2", 20)));
  for (const auto& [row, count] : count_rows(rig.latest())) {
    const std::string& task = std::get<0>(row);
    if (!task.starts_with("pairs")) continue;
    EXPECT_EQ(count, 1) << task << ' ' << std::get<2>(row);
  }
}

}  // namespace
}  // namespace plumbline
