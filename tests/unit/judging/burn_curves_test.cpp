#include "reports/judging/burn_curves.h"

#include <gmock/gmock.h>

#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BurnCurvesTest : public ::testing::Test {
 protected:
  std::vector<BurnCurve> curves_of(const std::vector<Sample>& samples) {
    const RunDirectory run = results_.run("r1", {triad(100)});
    if (!samples.empty()) write_table(run.samples(), samples);
    return burn_curves(run, "TFLOPS");
  }
  static Sample sample(std::uint64_t attempt, std::uint64_t index, double value,
                       const std::string& gpu = "gpu3") {
    return {"node-a",
            "gpu_compute.sustained/" + gpu + "/dtype=bf16;gpus=all",
            "gpu_compute.sustained",
            attempt,
            index,
            index < 2,
            value};
  }
  ResultsFolder results_;
};

TEST_F(BurnCurvesTest, WithoutSamplesThereIsNone) { EXPECT_THAT(curves_of({}), IsEmpty()); }

TEST_F(BurnCurvesTest, TheFirstHalfIsPartOfIt) {
  const auto curves = curves_of({sample(1, 0, 800), sample(1, 1, 790), sample(1, 2, 780)});
  ASSERT_THAT(curves, SizeIs(1));
  EXPECT_EQ(curves[0].host, "node-a");
  EXPECT_EQ(curves[0].subject, "gpu3");
  EXPECT_EQ(curves[0].work, "dtype=bf16;gpus=all");
  EXPECT_THAT(curves[0].values, ElementsAre(800, 790, 780));
}

TEST_F(BurnCurvesTest, TheLastAttemptHolds) {
  const auto curves =
      curves_of({sample(1, 0, 1), sample(2, 0, 2), sample(1, 1, 1), sample(2, 1, 3)});
  EXPECT_THAT(curves[0].values, ElementsAre(2, 3));
}

TEST_F(BurnCurvesTest, LongOnesAreMeansOfNeighbours) {
  std::vector<Sample> samples;
  for (std::uint64_t i = 0; i < 300; ++i) samples.push_back(sample(1, i, i % 2 == 0 ? 1 : 3));
  const auto curves = curves_of(samples);
  EXPECT_EQ(curves[0].windows_each, 2U);
  EXPECT_THAT(curves[0].values, SizeIs(150));
  EXPECT_THAT(curves[0].values, ::testing::Each(2));
}

TEST_F(BurnCurvesTest, OtherMetricsAreLeftOut) {
  Sample other = sample(1, 0, 1);
  other.metric = "gpu_compute.burst";
  EXPECT_THAT(curves_of({other}), IsEmpty());
}

}  // namespace
}  // namespace plumbline
