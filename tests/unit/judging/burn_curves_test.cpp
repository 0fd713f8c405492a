#include "reports/judging/burn_curves.h"

#include <gmock/gmock.h>

#include "results/schema/course.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BurnCurvesTest : public ::testing::Test {
 protected:
  std::vector<BurnCurve> curves_of(const std::vector<Course>& courses) {
    const RunDirectory run = results_.run("r1", {testing::triad(100)});
    if (!courses.empty()) testing::write_table(run.courses(), courses);
    const std::vector<MetricMeaning> metrics = {{"gpu_compute.sustained", "TFLOPS"},
                                                {"gpu_compute.sustained_power", "W"}};
    return burn_curves(run, metrics);
  }
  static Course course(std::uint64_t attempt, std::vector<std::optional<double>> values,
                       const std::string& metric = "gpu_compute.sustained") {
    return {"node-a",         metric + "/gpu3/dtype=bf16;gpus=all", metric, attempt, 0.5,
            std::move(values)};
  }
  testing::ResultsFolder results_;
};

TEST_F(BurnCurvesTest, WhereNothingWasKeptThereIsNone) { EXPECT_THAT(curves_of({}), IsEmpty()); }

TEST_F(BurnCurvesTest, NameTheirGpuAndItsWork) {
  const auto curves = curves_of(
      {course(1, {800, {}, 780}), course(1, {690, 700, 700}, "gpu_compute.sustained_power")});
  ASSERT_THAT(curves, SizeIs(2));
  EXPECT_EQ(curves[0].host, "node-a");
  EXPECT_EQ(curves[0].subject, "gpu3");
  EXPECT_EQ(curves[0].work, "dtype=bf16;gpus=all");
  EXPECT_EQ(curves[0].metric, "gpu_compute.sustained");
  EXPECT_EQ(curves[0].unit, "TFLOPS");
  EXPECT_EQ(curves[0].step_s, 0.5);
  EXPECT_THAT(curves[0].values, ElementsAre(800, std::nullopt, 780));
  EXPECT_EQ(curves[1].metric, "gpu_compute.sustained_power");
  EXPECT_EQ(curves[1].unit, "W");
}

TEST_F(BurnCurvesTest, TheLastAttemptHolds) {
  EXPECT_THAT(curves_of({course(1, {1}), course(2, {2, 3})})[0].values, ElementsAre(2, 3));
  EXPECT_THAT(curves_of({course(2, {2, 3}), course(1, {1})})[0].values, ElementsAre(2, 3));
}

TEST_F(BurnCurvesTest, OtherMetricsAreLeftOut) {
  EXPECT_THAT(curves_of({course(1, {1, 2}, "gpu_compute.burst")}), IsEmpty());
}

}  // namespace
}  // namespace plumbline
