#include "probes/vendor/nccl.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace plumbline::nccl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

TEST(Nccl, VersionsInBothWaysOfCounting) {
  EXPECT_EQ(version_text(22809), "2.28.9");
  EXPECT_EQ(version_text(21400), "2.14.0");
  EXPECT_EQ(version_text(2708), "2.7.8");
  EXPECT_EQ(version_code(2, 7, 8), 2708);
  EXPECT_EQ(version_code(2, 28, 9), 22809);
}

std::string why_not(const std::string& path) {
  try {
    const Library library(path);
  } catch (const Unavailable& unavailable) {
    return unavailable.what();
  }
  return "";
}

TEST(Nccl, SaysHowToMendWhatIsMissing) {
  EXPECT_THAT(why_not("/nonexistent/libnccl.so.2"),
              AllOf(HasSubstr("/nonexistent/libnccl.so.2"), HasSubstr("--libnccl")));
  EXPECT_THAT(why_not(ANSWER_LIBRARY), HasSubstr("no library of NCCL's"));
}

TEST(Nccl, TakesItsVariablesAwayExceptThoseOfTheNetwork) {
  for (const Setting& setting : scrub_environment()) ::unsetenv(setting.name.c_str());
  ::setenv("NCCL_ALGO", "Ring", 1);
  ::setenv("NCCL_SOCKET_IFNAME", "eth0", 1);
  ::setenv("NCCL_WHAT_NOBODY_KNOWS", "secret", 1);
  ::setenv("NOT_NCCL_ALGO", "Tree", 1);
  const auto found = scrub_environment();
  const auto setting = [](const char* name, const char* value, bool kept) {
    return AllOf(Field(&Setting::name, name), Field(&Setting::value, value),
                 Field(&Setting::kept, kept));
  };
  EXPECT_THAT(found, ElementsAre(setting("NCCL_ALGO", "Ring", false),
                                 setting("NCCL_SOCKET_IFNAME", "eth0", true),
                                 setting("NCCL_WHAT_NOBODY_KNOWS", "", false)));
  EXPECT_EQ(std::getenv("NCCL_ALGO"), nullptr);
  EXPECT_EQ(std::getenv("NCCL_WHAT_NOBODY_KNOWS"), nullptr);
  EXPECT_STREQ(std::getenv("NCCL_SOCKET_IFNAME"), "eth0");
  EXPECT_STREQ(std::getenv("NOT_NCCL_ALGO"), "Tree");
}

}  // namespace
}  // namespace plumbline::nccl
