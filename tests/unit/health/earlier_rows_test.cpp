#include "probes/health/earlier_rows.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "probes/harness/skip.h"
#include "probes/health/readings.h"
#include "results/schema/file_error.h"

namespace plumbline::health {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class EarlierRowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "earlier_rows_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// A row of pcie_replays of gpu3.
  Measurement row(const std::string& task, double value) const {
    Measurement row;
    row.probe = "health";
    row.metric = metric_.name;
    row.case_name = case_name(metric_, work_);
    row.subject = "gpu3";
    row.task = task;
    row.samples = 1;
    row.median = value;
    return row;
  }
  void write(const std::vector<Measurement>& rows) const {
    CsvAppender<Measurement>(folder_ / "measurements.csv").append(rows);
  }

  const Metric& metric_ = gpu_metric("health.pcie_replays");
  const Work work_{.subject = "gpu3"};
  fs::path folder_;
};

TEST_F(EarlierRowsTest, TheLastOneCounts) {
  write({row("health#1", 3), row("health#2", 5)});
  const EarlierRows rows(folder_, "health#3");
  ASSERT_NE(rows.find(metric_, work_), nullptr);
  EXPECT_EQ(rows.find(metric_, work_)->median, 5);
  EXPECT_EQ(rows.find(metric_, Work{.subject = "gpu4"}), nullptr);
}

TEST_F(EarlierRowsTest, ATaskThatBeginsAgainDoesNotCompareWithItself) {
  write({row("health#1", 3), row("health#2", 5)});
  EXPECT_EQ(EarlierRows(folder_, "health#2").find(metric_, work_)->median, 3);
  EXPECT_EQ(EarlierRows(folder_, "").find(metric_, work_)->median, 5) << "no task: by hand";
}

TEST_F(EarlierRowsTest, OtherProbesAndEmptyRunsHaveNone) {
  auto other = row("gpu_memory#1", 3);
  other.probe = "gpu_memory";
  write({other});
  EXPECT_TRUE(EarlierRows(folder_, "health#1").empty());
  EXPECT_THROW(EarlierRows(folder_ / "nowhere.csv", ""), FileError);
}

TEST_F(EarlierRowsTest, GrowthSaysFromWhatToWhat) {
  const Fact grown = growth(row("health#1", 3), 5, "link 7: 5");
  EXPECT_EQ(std::get<double>(grown.value), 2);
  EXPECT_EQ(grown.note, "from 3 to 5 since health#1; link 7: 5");
  EXPECT_EQ(std::get<double>(growth(row("health#1", 3), 3, "link 7: 3").value), 0);
}

TEST_F(EarlierRowsTest, ACounterThatFellIsNoGoodNews) {
  try {
    growth(row("health#1", 12), 0, "");
    FAIL() << "it grew";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("fell from 12 to 0 since health#1"));
  }
}

TEST_F(EarlierRowsTest, WhatWasNotKnownBeforeIsNotKnownToHaveGrown) {
  auto before = row("health#1", 0);
  before.outcome = Outcome::skipped;
  before.median.reset();
  before.note = "no permission";
  EXPECT_THROW(growth(before, 5, ""), Skip);
}

TEST_F(EarlierRowsTest, TimesAreComparedAsTheTablesKeepThem) {
  // 123456.789 s stand in the table as 123457, which is more.
  EXPECT_EQ(std::get<double>(growth(row("health#1", 123457), 123456.789, "").value), 0);
  EXPECT_EQ(std::get<double>(growth(row("health#1", 1234566), 1234567, "").value), 1);
}

}  // namespace
}  // namespace plumbline::health
