#include "probes/vendor/environment.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

namespace plumbline {
namespace {

TEST(Environment, NamedVariablesAreTakenAwayAndReported) {
  ::setenv("PLUMBLINE_TEST_A", "1", 1);
  ::setenv("PLUMBLINE_TEST_B", "kept", 1);
  ::unsetenv("PLUMBLINE_TEST_C");
  constexpr std::array names = {"PLUMBLINE_TEST_A", "PLUMBLINE_TEST_C"};
  const auto scrubbed = scrub_environment(names);
  ASSERT_EQ(scrubbed.size(), 1U);
  EXPECT_EQ(scrubbed[0].name, "PLUMBLINE_TEST_A");
  EXPECT_EQ(scrubbed[0].value, "1");
  EXPECT_EQ(std::getenv("PLUMBLINE_TEST_A"), nullptr);
  EXPECT_STREQ(std::getenv("PLUMBLINE_TEST_B"), "kept");
  ::unsetenv("PLUMBLINE_TEST_B");
}

}  // namespace
}  // namespace plumbline
