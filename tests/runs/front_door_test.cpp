#include <gmock/gmock.h>

#include "results/schema/manifest.h"
#include "tests/runs/rig.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

TEST(FrontDoor, ListsItsOwnVerbsAndThoseBesideIt) {
  Rig rig;
  const Said help = rig.say({"--help"});
  EXPECT_EQ(help.exit, 0);
  for (const char* verb : {"accept", "run", "plan", "resume", "retry", "manifest", "probe"}) {
    EXPECT_THAT(help.output, HasSubstr(std::string("\n  ") + verb));
  }
  EXPECT_THAT(help.output, HasSubstr("\n  report     Judge runs and write the report\n"));
  EXPECT_THAT(rig.say({"--version"}).output, HasSubstr("plumbline " PLUMBLINE_VERSION));
  EXPECT_EQ(rig.say({}).exit, 2);
}

TEST(FrontDoor, AnswersAnUnknownVerbWithTheNearest) {
  Rig rig;
  const Said said = rig.say({"reprot"});
  EXPECT_EQ(said.exit, 2);
  EXPECT_THAT(said.output, HasSubstr("there is no verb \"reprot\"; did you mean report?"));
}

TEST(FrontDoor, BecomesTheProgramBesideIt) {
  Rig rig;
  EXPECT_THAT(rig.say({"report", "--help"}).output, HasSubstr("Judge runs and write the report"));
  const Said probe = rig.say({"probe", "quick", "--describe"});
  EXPECT_EQ(probe.exit, 0);
  EXPECT_THAT(probe.output, HasSubstr("quick.value"));
}

TEST(FrontDoor, ListsTheProbesWithTheirPurpose) {
  Rig rig;
  const Said said = rig.say({"probe"});
  EXPECT_EQ(said.exit, 0);
  EXPECT_THAT(said.output,
              HasSubstr("  quick          Takes milliseconds, for tests of the runner"));
  const Said unknown = rig.say({"probe", "quik"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.output, HasSubstr("there is no probe \"quik\"; did you mean quick?"));
}

TEST(FrontDoor, PlansWithoutRunning) {
  Rig rig;
  const Said plan = rig.say({"plan", "many"});
  EXPECT_EQ(plan.exit, 0) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("  1  a#1      12  at once             1 min"));
  EXPECT_THAT(plan.output, HasSubstr("6 tasks, 72 cases"));
  EXPECT_THAT(plan.output, HasSubstr("plumbline-probe-quick --seconds=0.03 --subjects=a1,"));
  EXPECT_FALSE(std::filesystem::exists(rig.results()));
  const Said json = rig.say({"plan", "many", "--json"});
  EXPECT_THAT(json.output, HasSubstr("\"task\": \"c#2\""));
  EXPECT_THAT(rig.say({"plan"}).output, HasSubstr("72 cases in six tasks"));
  const Said faulty = rig.say({"plan", "faults"});
  EXPECT_THAT(faulty.output, HasSubstr("there is no probe quik"));
}

TEST(FrontDoor, PlanShowsWhoMeetsWhom) {
  Rig rig;
  const Said plan = rig.say({"plan", "fleet", "--hosts", "n[1-4]", "--seed", "7"});
  EXPECT_EQ(plan.exit, 0) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("pairs: quick on pairs of 4 hosts\n"));
  EXPECT_THAT(plan.output, HasSubstr("4 nodes, leaves not known, seed 7"));
  EXPECT_THAT(plan.output, HasSubstr("3 rounds, 6 pairs, 3 tests of each node"));
  EXPECT_EQ(rig.say({"plan", "fleet", "--hosts", "n[1-4]", "--seed", "7"}).output, plan.output);
  EXPECT_THAT(rig.say({"plan", "fleet"}).output,
              HasSubstr("Not on one host alone (plumbline run --hosts, --slurm): pairs"));
  EXPECT_EQ(rig.say({"plan", "fleet", "--json", "--hosts", "a,b"}).exit, 2);
}

TEST(FrontDoor, RefusesAManifestOfWhatIsNoHost) {
  Rig rig;
  const auto file = rig.results().parent_path() / "nodes.csv";
  {
    CsvAppender<ManifestEntry> manifest(file);
    for (const char* host : {"n1", "n2=n3"}) manifest.append({host, "p5", "", "", "", "", "", ""});
  }
  const Said plan = rig.say({"plan", "fleet", "--hosts", "n1", "--manifest", file});
  EXPECT_EQ(plan.exit, 2);
  EXPECT_THAT(plan.output, HasSubstr("nodes.csv:3: host: found '=' in \"n2=n3\", expected letters, "
                                     "digits, '.', '_' and '-' only"));
}

TEST(FrontDoor, NamesAnUnknownSuiteOrRun) {
  Rig rig;
  const Said suite = rig.run({"run", "shrt"});
  EXPECT_EQ(suite.exit, 2);
  EXPECT_THAT(suite.output, HasSubstr("there is no suite \"shrt\"; did you mean short?"));
  const Said run = rig.run({"resume", "yesterday"});
  EXPECT_EQ(run.exit, 2);
  EXPECT_THAT(run.output, HasSubstr("yesterday: is not a run: no such folder"));
  EXPECT_THAT(rig.run({"resume"}).output, HasSubstr("holds no run yet"));
}

}  // namespace
}  // namespace plumbline
