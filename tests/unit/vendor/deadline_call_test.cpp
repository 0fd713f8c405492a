#include "probes/vendor/deadline_call.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace plumbline {
namespace {

TEST(CallWithin, ReturnsWhatTheFunctionReturns) {
  EXPECT_EQ(call_within(10, [] { return 802; }), 802);
}

TEST(CallWithin, EndsOneThatHangs) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(call_within(0.05, [] { return ::pause(); }), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(CallWithin, SurvivesOneThatCrashes) {
  EXPECT_EQ(call_within(10,
                        [] {
                          ::signal(SIGABRT, SIG_DFL);
                          return ::raise(SIGKILL);
                        }),
            std::nullopt);
}

TEST(CallWithin, NothingElseComesBack) {
  int changed = 0;
  EXPECT_EQ(call_within(10, [&] { return changed = 1; }), 1);
  EXPECT_EQ(changed, 0) << "the function ran in another process";
}

}  // namespace
}  // namespace plumbline
