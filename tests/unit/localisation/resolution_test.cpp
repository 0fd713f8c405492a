#include "reports/localisation/resolution.h"

#include <gtest/gtest.h>

namespace plumbline::localisation {
namespace {

struct Row {
  double sigma_paths, sigma_nodes;
  std::size_t measurements;
  double gate, least;
};

TEST(Resolution, ReferenceValues) {
  for (const Row& row : {Row{0.003, 0.002, 6, 0.015, 0.019}, Row{0.01, 0.004, 6, 0.026, 0.040},
                         Row{0.01, 0.004, 10, 0.023, 0.034}, Row{0.02, 0.008, 8, 0.048, 0.073},
                         Row{0.03, 0.010, 6, 0.071, 0.114}, Row{0.03, 0.010, 10, 0.062, 0.095}}) {
    const Resolution found = resolution_of(row.sigma_paths, row.sigma_nodes, row.measurements);
    EXPECT_NEAR(found.gate, row.gate, 0.0005) << row.sigma_paths << ' ' << row.measurements;
    EXPECT_NEAR(found.least, row.least, 0.0006) << row.sigma_paths << ' ' << row.measurements;
  }
}

TEST(Resolution, HowManyMeasurementsItTakes) {
  EXPECT_EQ(measurements_for(0.05, 0.035, 0.01), 6U);  // (3.5 * 0.01 / 0.015)^2 = 5.4
  EXPECT_EQ(measurements_for(0.30, 0.035, 0.01), 1U);
  EXPECT_EQ(measurements_for(0.035, 0.035, 0.01), 0U) << "no number does";
}

}  // namespace
}  // namespace plumbline::localisation
