#include "probes/harness/data_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {
namespace {

using ::testing::HasSubstr;

double number(const Fact& fact) { return std::get<double>(fact.value); }

const DataChecks::Look right = [] {};
DataChecks::Look wrong(std::uint64_t values, const char* sentence, const char* whose = "") {
  return [=] { throw WrongData(sentence, values, whose); };
}
const DataChecks::Look never = [] { FAIL() << "was looked at already"; };

TEST(DataChecks, OfASoundDeviceIsZero) {
  DataChecks checks;
  checks.look("gpu1", right);
  checks.look("gpu1", right);
  const Fact found = checks.found("gpu1", never);
  EXPECT_EQ(number(found), 0);
  EXPECT_EQ(found.note, "looked at 2 times");
}

TEST(DataChecks, AddsWhatIsWrongAndTellsTheFirst) {
  DataChecks checks;
  EXPECT_THROW(checks.look("gpu1", wrong(3, "byte 5 is wrong")), WrongData);
  EXPECT_THROW(checks.look("gpu1", wrong(4, "byte 9 is wrong")), WrongData);
  checks.look("gpu1", right);
  const Fact found = checks.found("gpu1", never);
  EXPECT_EQ(number(found), 7);
  EXPECT_EQ(found.note, "looked at 3 times, wrong 2 times, first: byte 5 is wrong");
}

TEST(DataChecks, WhatIsAnothersCountsForThatOne) {
  DataChecks checks;
  EXPECT_THROW(checks.look("gpu0>gpu1", wrong(2, "did not arrive", "gpu1")), WrongData);
  EXPECT_EQ(number(checks.found("gpu1", never)), 2);
  EXPECT_EQ(number(checks.found("gpu0>gpu1", [&] { checks.look("gpu0>gpu1", right); })), 0);
}

TEST(DataChecks, WhatNobodyLookedAtIsLookedAtNow) {
  DataChecks checks;
  const Fact found =
      checks.found("gpu1", [&] { checks.look("gpu1", wrong(1, "byte 5 is wrong")); });
  EXPECT_EQ(number(found), 1);
  EXPECT_EQ(found.note, "looked at once, wrong once, first: byte 5 is wrong");
}

TEST(DataChecks, WhatCannotBeLookedAtIsNoZero) {
  DataChecks checks;
  EXPECT_THROW(checks.found("gpu1", right), std::runtime_error);
  EXPECT_THROW(checks.look("gpu1", [] { throw std::runtime_error("it hangs"); }),
               std::runtime_error);
  try {
    checks.found("gpu1", [] { throw std::runtime_error("it hangs"); });
    FAIL() << "was found";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("it hangs"));
  }
}

TEST(DataChecks, WatchPreparationAndVerification) {
  const auto checks = std::make_shared<DataChecks>();
  const auto once = [] { return 1.0; };
  const Prepare sound = checks->watched("gpu0", [=] { return Prepared{once, right, {}}; });
  const Prepared prepared = sound();
  EXPECT_EQ(prepared.once(), 1);
  prepared.verify();
  EXPECT_EQ(number(checks->found("gpu0", never)), 0);
  const Prepare at_once =
      checks->watched("gpu1", []() -> Prepared { throw WrongData("the first round is wrong", 5); });
  EXPECT_THROW(at_once(), WrongData);
  EXPECT_EQ(number(checks->found("gpu1", never)), 5);
  const Prepare later = checks->watched("gpu2", [=] {
    return Prepared{once, wrong(6, "the last round is wrong"), {}};
  });
  EXPECT_THROW(later().verify(), WrongData);
  EXPECT_EQ(number(checks->found("gpu2", never)), 6);
}

}  // namespace
}  // namespace plumbline
