#include "suites/acceptance/looks.h"

#include <gmock/gmock.h>

#include "suites/fleet/fleet_looks.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Finding undecided(const char* name, std::uint64_t runs) {
  Finding finding;
  finding.verdict = Verdict::inconclusive;
  finding.host = "host";
  finding.probe = "p";
  finding.case_name = name;
  finding.runs = runs;
  finding.remeasure = true;
  return finding;
}

class Looks : public ::testing::Test {
 protected:
  Looks() {
    for (const char* name : {"first", "second"}) {
      Step step;
      step.name = name;
      suite_.steps.push_back(step);
    }
  }
  std::vector<Remeasurement> plan(std::size_t look, const std::vector<Finding>& findings) const {
    return plan_look(look, "host", findings, suite_, steps_);
  }

  Suite suite_;
  CaseSteps steps_ = {{{"p", "a"}, "first"}, {{"p", "b"}, "first"}, {{"p", "c"}, "second"}};
};

TEST_F(Looks, EveryCaseOncePerPassInTheOrderOfTheSuite) {
  EXPECT_THAT(
      plan(2, {undecided("c", 1), undecided("b", 1), undecided("a", 1)}),
      ElementsAre(Remeasurement{"first", 1, {"a", "b"}}, Remeasurement{"second", 1, {"c"}},
                  Remeasurement{"first", 2, {"a", "b"}}, Remeasurement{"second", 2, {"c"}}));
}

TEST_F(Looks, GoOnUntilThreeSixAndTwelveRuns) {
  EXPECT_EQ(plan(2, {undecided("a", 1)}).size(), 2U);
  EXPECT_EQ(plan(3, {undecided("a", 3)}).size(), 3U);
  EXPECT_EQ(plan(4, {undecided("a", 6)}).size(), 6U);
}

TEST_F(Looks, MakeUpForRunsThatFailed) {
  EXPECT_THAT(plan(2, {undecided("a", 2), undecided("b", 1)}),
              ElementsAre(Remeasurement{"first", 1, {"a", "b"}}, Remeasurement{"first", 2, {"b"}}));
}

TEST_F(Looks, LeaveAloneWhatIsDecidedElsewhereOrMeasuredEnough) {
  Finding decided = undecided("a", 1), other_host = undecided("b", 1);
  decided.remeasure = false;
  other_host.host = "other";
  EXPECT_THAT(plan(2, {decided, other_host, undecided("c", 3), undecided("unknown", 1)}),
              IsEmpty());
}

TEST_F(Looks, CountTheFindingWithTheFewestRuns) {
  EXPECT_EQ(plan(2, {undecided("a", 2), undecided("a", 1)}).size(), 2U);
}

TEST(FleetLooks, AskEachHostForWhatItMeasuresByItself) {
  Finding own = undecided("a", 1), pair = undecided("b", 1), group = undecided("c", 1),
          many = undecided("d", 1), decided = undecided("e", 1), enough = undecided("f", 12),
          no_case = undecided("", 1), lost = undecided("g", 1), stranger = undecided("h", 1);
  own.peer = "numa1";
  pair.peer = "node-2/rdmap1s0";
  group.subject = "group";
  many.params.set("nodes", "2");
  decided.remeasure = false;
  lost.host = "lost";
  stranger.host = "stranger";
  const auto asked =
      asked_of_hosts(std::vector{own, pair, group, many, decided, enough, no_case, lost, stranger},
                     {"host", "lost"}, {"lost"});
  ASSERT_EQ(asked.size(), 1U);
  ASSERT_EQ(asked.at("host").size(), 1U);
  EXPECT_EQ(asked.at("host")[0].case_name, "a");
}

}  // namespace
}  // namespace plumbline
