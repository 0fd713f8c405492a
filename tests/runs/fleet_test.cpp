// Runs on many hosts through the built front door.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <map>
#include <set>

#include "results/schema/manifest.h"
#include "suites/fleet/parts.h"
#include "suites/running/task_outcome.h"
#include "tests/runs/local_fleet.h"

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Fleet : public LocalFleet {};

TEST_F(Fleet, AHostWithoutAnyPartnerWasNotTested) {
  const Said said = run({"n1", "refused-a"});
  EXPECT_EQ(said.exit, 3);
  EXPECT_THAT(said.output, HasSubstr("pairs: n1: no pair with it was tested"));
  std::size_t named = 0;
  for (const auto& [host, note] : failures()) {
    named += host == "n1" && note.find("all its partners were lost") != std::string::npos;
  }
  EXPECT_EQ(named, 1U);
}

/// What stands out among the hosts is measured again by the hosts, though each by itself had no
/// reason to; and nothing else is.
TEST_F(Fleet, AcceptMeasuresAgainWhatStandsOutAmongTheHosts) {
  with_options("subjects = \"good,odd\"", "");
  auto order = words({"n1", "n2"}, "accept");
  order.insert(order.end(), {"--look-gap", "0"});
  const Said said = rig.run(order);
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("2 findings of 2 hosts can change with more runs"));
  std::map<std::string, std::vector<std::uint64_t>> attempts;
  for (const Measurement& row : rows_of("quick.value")) {
    attempts[row.host + ' ' + row.subject].push_back(row.attempt);
  }
  EXPECT_THAT(attempts["n1 odd"], ElementsAre(1, 2, 3));
  EXPECT_THAT(attempts["n2 odd"], ElementsAre(1, 2, 3));
  EXPECT_THAT(attempts["n1 good"], ElementsAre(1));
  EXPECT_EQ(rows_of("quick.rate").size(), 1U) << "the pair was measured once";
}

TEST_F(Fleet, RetryRunsAgainWhatFailedAndNothingElse) {
  with_options("subjects = \"one,two\", fail = \"two\"", "");
  ASSERT_EQ(run({"n1", "n2"}).exit, 3);
  EXPECT_EQ(rows_of("quick.rate").size(), 1U);
  const std::size_t before = rows().size();

  const Said again = rig.run({"retry", rig.latest().path()});
  EXPECT_EQ(again.exit, 3) << "it fails for good";
  EXPECT_THAT(again.output, HasSubstr("2 tasks to run again"));
  EXPECT_EQ(rows_of("quick.rate").size(), 1U) << "the pair was well";
  std::map<std::string, std::set<std::uint64_t>> attempts;
  for (const Measurement& row : rows_of("quick.value")) attempts[row.host].insert(row.attempt);
  EXPECT_EQ(attempts["n1"], (std::set<std::uint64_t>{1, 2}));
  EXPECT_EQ(attempts["n2"], (std::set<std::uint64_t>{1, 2}));
  EXPECT_GT(rows().size(), before) << "the rows of both attempts are kept";

  const Said pairs = rig.run({"retry", rig.latest().path(), "--step", "pairs"});
  EXPECT_THAT(pairs.output, HasSubstr("1 task to run again"));
  EXPECT_EQ(rows_of("quick.rate").size(), 2U);
  const Said alone = rig.run({"retry", rig.latest().path(), "--step", "alone"});
  EXPECT_THAT(alone.output, HasSubstr("2 tasks to run again"));
  for (const Measurement& row : rows_of("quick.value")) attempts[row.host].insert(row.attempt);
  EXPECT_EQ(attempts["n1"], (std::set<std::uint64_t>{1, 2, 3}));
  const Said unknown = rig.run({"retry", rig.latest().path(), "--step", "pears"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.output, HasSubstr("there is no step \"pears\"; did you mean pairs?"));
}

TEST_F(Fleet, EachHostAloneThenAllPairs) {
  const Said said = run({"n1", "n2", "n3", "n4"});
  ASSERT_EQ(said.exit, 0) << said.output;
  std::map<std::string, int> values;
  for (const Measurement& row : rows_of("quick.value")) ++values[row.host];
  EXPECT_THAT(values, ElementsAre(std::pair("n1", 3), std::pair("n2", 3), std::pair("n3", 3),
                                  std::pair("n4", 3)));
  std::set<std::string> pairs;
  for (const Measurement& row : rows_of("quick.rate")) {
    pairs.insert(std::min(row.host + "/node", row.peer) + ' ' +
                 std::max(row.host + "/node", row.peer));
    EXPECT_EQ(row.run, rig.latest().name());
  }
  EXPECT_EQ(pairs.size(), 6U) << "everyone has met everyone";
  EXPECT_THAT(failures(), IsEmpty()) << said.output;
}

TEST_F(Fleet, AHostThatCannotBeReachedCostsItsOwnTasks) {
  const Said said = run({"n1", "refused2", "n3"});
  EXPECT_EQ(said.exit, 3) << said.output;
  const auto failed = failures();
  ASSERT_EQ(failed.size(), 3U) << "itself, and its pairs with the two others";
  for (const auto& [host, note] : failed) {
    EXPECT_EQ(host, "refused2");
    EXPECT_THAT(note, HasSubstr("connection refused"));
  }
  EXPECT_EQ(rows_of("quick.rate").size(), 1U) << "n1 and n3 have met";
}

TEST_F(Fleet, AHostThatComesBackIsTestedWhenTheRunIsContinued) {
  std::ofstream(scratch_ / "fleet.toml")
      << "name = \"fleet\"\n[[step]]\nname = \"pairs\"\nprobe = \"quick\"\non = \"pairs\"\n"
         "[[step]]\nname = \"groups\"\nprobe = \"quick\"\non = \"groups\"\n";
  suite_ = scratch_ / "fleet.toml";
  std::ofstream(scratch_ / "refused-127.0.0.2") << "";
  EXPECT_EQ(run({"n1", "n2", "n3"}).exit, 3);
  const auto tasks = [this] {
    std::map<std::string, int> rates;
    for (const Measurement& row : rows_of("quick.rate")) {
      const std::string name = row.task.starts_with("pairs") ? "pairs" : row.task;
      rates[name] += row.outcome == Outcome::ok ? 1 : 0;
    }
    return rates;
  };
  EXPECT_THAT(tasks(), ElementsAre(std::pair("groups.of2.group1", 1), std::pair("pairs", 1)))
      << "n1 and n3 alone";
  EXPECT_THAT(failures(), Contains(::testing::Pair("n2", HasSubstr("not started: n2 was lost"))));

  std::filesystem::remove(scratch_ / "refused-127.0.0.2");
  const Said said = rig.run({"resume"});
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(tasks(), ElementsAre(std::pair("groups.beginning2.of2.group1", 1),
                                   std::pair("groups.beginning2.of3.group1", 2),
                                   std::pair("groups.of2.group1", 1), std::pair("pairs", 3)));
}

TEST_F(Fleet, ACrashOnOneHost) {
  with_options("crash = \"two\"", "");
  EXPECT_EQ(run({"n1", "n2"}).exit, 3);
  EXPECT_EQ(rows_of("quick.value").size(), 2U) << "one each, before the crash";
  for (const std::string host : {"n1", "n2"}) {
    EXPECT_THAT(failures(), Contains(::testing::Pair(host, HasSubstr("crashed with SIGSEGV"))));
  }
  EXPECT_EQ(rows_of("quick.rate").size(), 1U) << "they can meet all the same";
}

TEST_F(Fleet, ASlowHostIsTestedAgainWithOthers) {
  with_options("", "slow-host = \"n2\"");
  const Said said = run({"n1", "n2", "n3", "n4", "n5", "n6"});
  EXPECT_THAT(said.output, HasSubstr("n2 is tested again"));
  std::size_t again = 0;
  for (const Measurement& row : rows_of("quick.rate")) {
    if (!row.task.starts_with("pairs.suspects")) continue;
    again += row.host == "n2" || row.peer == "n2/node" ? 1U : 0U;
  }
  EXPECT_GE(again, 1U) << said.output;
}

TEST_F(Fleet, SuspectsAreLookedAtMoreClosely) {
  std::ofstream(scratch_ / "fleet.toml")
      << "name = \"fleet\"\n[[step]]\nname = \"pairs\"\nprobe = \"quick\"\non = \"pairs\"\n"
         "partners = 1\nfilter = \"round=0\"\nsuspects_filter = \"round=1\"\n"
         "options = { rounds = 2, slow-host = \"n2\" }\n";
  suite_ = scratch_ / "fleet.toml";
  const Said said = run({"n1", "n2", "n3", "n4", "n5", "n6"});
  std::map<std::string, std::set<std::string>> looked_at;
  for (const Measurement& row : rows_of("quick.rate")) {
    looked_at[row.task.substr(0, row.task.find('@'))].insert(row.params.at("round"));
  }
  EXPECT_EQ(looked_at["pairs.round1"], std::set<std::string>{"0"}) << said.output;
  EXPECT_EQ(looked_at["pairs.suspects1"], std::set<std::string>{"1"}) << said.output;
  EXPECT_FALSE(looked_at.contains("pairs.round2")) << said.output;
}

TEST_F(Fleet, APeerThatDiesIsNamedWithItsPartner) {
  with_options("", "dying-host = \"n2\"");
  const Said said = run({"n1", "n2", "n3"});
  std::set<std::string> hosts;
  for (const auto& [host, note] : failures()) {
    hosts.insert(host);
    EXPECT_THAT(note, HasSubstr("n2")) << host;
    EXPECT_THAT(note, HasSubstr("together")) << host;
  }
  EXPECT_THAT(hosts, ElementsAre("n1", "n2", "n3")) << said.output;
  bool met = false;
  for (const Measurement& row : rows_of("quick.rate")) {
    met |=
        (row.host == "n1" && row.peer == "n3/node") || (row.host == "n3" && row.peer == "n1/node");
  }
  EXPECT_TRUE(met) << "the rest of the rounds is kept\n" << said.output;
}

TEST_F(Fleet, OneHostIsNoPair) {
  EXPECT_EQ(run({"n1"}).exit, 3);
  bool skipped = false;
  for (const Measurement& row : rows()) {
    skipped |= row.outcome == Outcome::skipped && row.note.find("two hosts") != std::string::npos;
  }
  EXPECT_TRUE(skipped);
}

TEST_F(Fleet, AnAcceptanceIsJudgedAsAWhole) {
  const Said said = run({"n1", "n2"}, "accept");
  EXPECT_EQ(said.exit, 0) << said.output;
  with_options("subjects = \"one,bad\"", "");
  EXPECT_EQ(run({"n1", "n2"}, "accept").exit, 1);
  EXPECT_TRUE(std::filesystem::exists(rig.latest().findings()));
}

TEST_F(Fleet, HostsOfTheManifestThatAreNotMeasuredStayInIt) {
  std::ofstream(scratch_ / "manifest.csv")
      << csv_header<ManifestEntry>() << "1,n1,t.large,,,,,,\n1,n2,t.large,,,,,,\n";
  auto arguments = words({"n1"});
  arguments.insert(arguments.end(), {"--manifest", scratch_ / "manifest.csv"});
  rig.run(arguments);
  EXPECT_EQ(read_all<ManifestEntry>(rig.latest().manifest()).size(), 2U);
}

TEST_F(Fleet, MistakesAreSaid) {
  EXPECT_THAT(run({"n1", "n1"}).output, HasSubstr("n1"));
  EXPECT_EQ(run({"n1", "n1"}).exit, 2);
  EXPECT_EQ(rig.run({"run", suite_, "--slurm"}).exit, 2);
  EXPECT_THAT(rig.run({"run", suite_, "--slurm"}).output, HasSubstr("salloc"));
}

/// Every row of the tables once, whatever was killed.
TEST_F(Fleet, ARunnerThatIsKilledIsContinued) {
  with_options("seconds = 0.3, subjects = \"one,two,three,four\"", "");
  const Running running = rig.start_run(words({"n1", "n2", "n3"}));
  const auto all_have_rows = [&] {
    for (const char* host : {"n1", "n2", "n3"}) {
      const Parts parts(rig.latest());
      const auto files = parts.files(std::string("nodes@") + host, host);
      if (std::ranges::none_of(files, [](const auto& file) {
            return file.first.ends_with("measurements.csv") && !file.second.empty();
          })) {
        return false;
      }
    }
    return true;
  };
  ASSERT_TRUE(eventually([&] {
    try {
      return all_have_rows();
    } catch (const std::exception&) {  // the run is being made
      return false;
    }
  }));
  running.signal(SIGKILL);
  running.wait();
  const Said said = rig.run({"resume"});
  EXPECT_EQ(said.exit, 0) << said.output;
  std::map<std::string, int> counts;
  for (const Measurement& row : rows()) {
    if (!is_task_row(row)) ++counts[row.host + ' ' + row.task + ' ' + row.case_name];
  }
  for (const auto& [row, count] : counts) EXPECT_EQ(count, 1) << row;
  EXPECT_EQ(rows_of("quick.value").size(), 12U);
  EXPECT_EQ(rows_of("quick.rate").size(), 3U);
  EXPECT_THAT(failures(), IsEmpty());
}

}  // namespace
}  // namespace plumbline
