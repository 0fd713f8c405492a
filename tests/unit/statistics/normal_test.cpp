#include "reports/statistics/normal.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

TEST(Normal, ReferenceValues) {
  EXPECT_NEAR(normal_upper_quantile(1e-6), 4.753424, 5e-7);
  EXPECT_NEAR(normal_upper_quantile(2.5e-9), 5.847172, 5e-7);
  EXPECT_NEAR(normal_upper_quantile(1e-3 / 4), 3.481, 5e-4);
  EXPECT_NEAR(normal_upper_quantile(0.5), 0, 1e-15);
  EXPECT_NEAR(normal_upper_quantile(0.975), -1.959963985, 1e-9);
}

}  // namespace
}  // namespace plumbline
