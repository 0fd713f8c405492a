#include "reports/baselines/baseline_store.h"

#include <gtest/gtest.h>

#include "results/schema/file_error.h"
#include "tests/unit/evaluation/rows.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using namespace testing;

void write_baseline(const std::filesystem::path& file, std::vector<Baseline> rows) {
  std::string text = csv_header<Baseline>();
  for (const Baseline& b : rows) text += csv_line(b);
  write_file(file, text);
}

Baseline triad_of(const char* expected) {
  Baseline b = expected_triad();
  b.expected = expected;
  return b;
}

class Store : public ::testing::Test {
 protected:
  std::string expected(const std::vector<std::string>& named) {
    BaselineStore store = BaselineStore::of(folder_ / "share", folder_ / "results", named);
    const Expectations& all = store.of_type("m7i.large");
    for (const Baseline& b : all.all()) {
      if (b.metric == "host_memory.triad") return b.expected;
    }
    return "none";
  }
  ScratchFolder folder_;
};

TEST_F(Store, AnUnknownTypeHasNoExpectations) {
  BaselineStore store = BaselineStore::of(folder_ / "share", folder_ / "results", {});
  EXPECT_TRUE(store.of_type("m7i.large").empty());
}

TEST_F(Store, LaterPlacesOverrideEarlierOnesRowByRow) {
  write_baseline(folder_ / "share/m7i.large.csv", {triad_of("100"), expected_gpus()});
  EXPECT_EQ(expected({}), "100");
  write_baseline(folder_ / "results/baselines/m7i.large.csv", {triad_of("110")});
  EXPECT_EQ(expected({}), "110");
  write_baseline(folder_ / "mine/m7i.large.csv", {triad_of("120")});
  EXPECT_EQ(expected({(folder_ / "mine").string()}), "120");
  write_baseline(folder_ / "raised.csv", {triad_of("130")});
  EXPECT_EQ(expected({(folder_ / "mine").string(), (folder_ / "raised.csv").string()}), "130");
  BaselineStore store = BaselineStore::of(folder_ / "share", folder_ / "results", {});
  EXPECT_EQ(store.of_type("m7i.large").all().size(), 2U);
  EXPECT_EQ(store.used().size(), 2U);
}

TEST_F(Store, ANamedPlaceMustExist) {
  EXPECT_THROW(expected({(folder_ / "nowhere").string()}), FileError);
}

TEST_F(Store, AFileWithErrorsIsRefused) {
  Baseline bad = expected_triad();
  bad.source = "";
  write_baseline(folder_ / "share/m7i.large.csv", {bad});
  EXPECT_THROW(expected({}), FileError);
}

}  // namespace
}  // namespace plumbline
