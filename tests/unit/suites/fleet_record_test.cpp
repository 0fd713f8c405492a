#include "suites/fleet/fleet_record.h"

#include <gmock/gmock.h>

#include "results/schema/file_error.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FleetRecords : public ::testing::Test {
 protected:
  FleetRunOrder order() const {
    FleetRunOrder order;
    for (const char* host : {"n1", "n2"}) {
      order.manifest.push_back({host, "t.large", "", "", "", "", "", ""});
      order.addresses.emplace_back(host);
    }
    return order;
  }
  FleetRecord create(const FleetRunOrder& order) const {
    return FleetRecord::create(scratch_.path(), suite_, order, "run");
  }
  FleetRecord open() const { return FleetRecord::open(scratch_ / "runs/run"); }

  ScratchFolder scratch_;
  Suite suite_ = read_suite(SHIPPED_SUITES "/fabric.toml");
};

TEST_F(FleetRecords, LeaveItToTheRunWhoIsTestedAgain) {
  create(order());
  EXPECT_FALSE(open().order().suspects);
}

TEST_F(FleetRecords, KeepWhoIsToBeTestedAgainByOrder) {
  FleetRunOrder given = order();
  given.suspects = {{"n1", "by hand"}, {"n2", "13 % slower: \"rail1\""}};
  const std::filesystem::path file = create(given).directory().given_suspects();
  EXPECT_EQ(open().order().suspects, given.suspects);
  CsvAppender<SuspectedNode>(file).append(SuspectedNode{"n9", "an edited file"});
  EXPECT_THROW(open(), FileError);
}

TEST_F(FleetRecords, KeepThatNobodyIsToBeTestedAgain) {
  FleetRunOrder given = order();
  given.suspects.emplace();
  create(given);
  ASSERT_TRUE(open().order().suspects);
  EXPECT_THAT(*open().order().suspects, IsEmpty());
}

TEST_F(FleetRecords, KeepTheLatestChoiceOfEachStep) {
  FleetRecord record = create(order());
  EXPECT_EQ(open().suspect_choice("pairs"), nullptr);
  record.note_suspects("pairs",
                       {SuspectSource::rounds, "2 pairs 1", {{"n1", "slow"}}, "no report"});
  record.note_suspects("rails", {SuspectSource::report, "1 pairs 2", {}, ""});
  record.note_suspects("pairs", {SuspectSource::report,
                                 "3 pairs 4",
                                 {{"n2", "n2/rail1 is slow: explains 3 paths"}, {"n1", ""}},
                                 ""});
  const FleetRecord again = open();
  ASSERT_NE(again.suspect_choice("pairs"), nullptr);
  const SuspectChoice& pairs = *again.suspect_choice("pairs");
  EXPECT_EQ(pairs.source, SuspectSource::report);
  EXPECT_EQ(pairs.measured, "3 pairs 4");
  EXPECT_THAT(pairs.suspects, ElementsAre(SuspectedNode{"n2", "n2/rail1 is slow: explains 3 paths"},
                                          SuspectedNode{"n1", ""}));
  EXPECT_THAT(again.suspect_choice("rails")->suspects, IsEmpty());
}

}  // namespace
}  // namespace plumbline
