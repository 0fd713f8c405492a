#include "reports/statistics/student_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace plumbline {
namespace {

TEST(StudentT, ReferenceValues) {
  EXPECT_NEAR(student_t_lower_tail(-3.5, 7), 0.00499652, 5e-9);
  EXPECT_NEAR(student_t_lower_tail(9.924843, 2), 0.995, 1e-9);  // scipy 1.10.1
  EXPECT_NEAR(student_t_lower_tail(4.032143, 5), 0.995, 1e-8);
  EXPECT_NEAR(student_t_lower_tail(3.105807, 11), 0.995, 1e-8);
}

TEST(StudentT, OneDegreeOfFreedomIsCauchy) {
  for (const double t : {-50.0, -1.0, -0.01, 0.0, 0.3, 7.0}) {
    EXPECT_NEAR(student_t_lower_tail(t, 1), 0.5 + std::atan(t) / std::numbers::pi, 1e-13);
  }
}

TEST(StudentT, ManyDegreesAreNormal) {
  EXPECT_NEAR(student_t_lower_tail(-1.959964, 1e7), 0.025, 1e-7);
}

TEST(StudentT, FarTailsDoNotVanish) {
  EXPECT_GT(student_t_lower_tail(-40, 15), 0);
  EXPECT_LT(student_t_lower_tail(-40, 15), 1e-15);
}

}  // namespace
}  // namespace plumbline
