#include "probes/vendor/bound_function.h"

#include <gmock/gmock.h>

namespace plumbline {
namespace {

using ::testing::HasSubstr;

enum class Answer : int { good = 0, bad = 7 };

Answer halve(int number, int* half) {
  *half = number / 2;
  return number % 2 == 0 ? Answer::good : Answer::bad;
}

const ReadStatus words = [](int code) {
  return StatusWords{"ODD_" + std::to_string(code), "the number is odd"};
};

Binding binding(void* address) { return {"halve", address, "/lib/libhalf.so.1", &words}; }

using Halve = BoundFunction<Answer(int, int*)>;

TEST(BoundFunction, PassesArgumentsAndReturnsOnSuccess) {
  const Halve call(binding(reinterpret_cast<void*>(&halve)));
  int half = 0;
  call(8, &half);
  EXPECT_EQ(half, 4);
}

TEST(BoundFunction, ThrowsWhatTheLibrarySays) {
  const Halve call(binding(reinterpret_cast<void*>(&halve)));
  int half = 0;
  try {
    call(3, &half);
    FAIL() << "an odd number was halved";
  } catch (const VendorError& error) {
    EXPECT_STREQ(error.what(), "halve: ODD_7 (7), the number is odd");
    EXPECT_EQ(error.call(), "halve");
    EXPECT_EQ(error.code(), 7);
    EXPECT_EQ(error.name(), "ODD_7");
  }
}

TEST(BoundFunction, GivesTheBareStatusWhereMoreThanOneIsAnAnswer) {
  const Halve call(binding(reinterpret_cast<void*>(&halve)));
  int half = 0;
  EXPECT_EQ(call.status(3, &half), Answer::bad);
}

TEST(BoundFunction, OneThatIsNotThereSaysWhoLacksIt) {
  const Halve call(binding(nullptr));
  EXPECT_FALSE(call);
  int half = 0;
  try {
    call(2, &half);
    FAIL() << "nothing was called";
  } catch (const LibraryMissing& missing) {
    EXPECT_THAT(missing.what(), HasSubstr("/lib/libhalf.so.1 has no function halve"));
  }
}

}  // namespace
}  // namespace plumbline
