#include "suites/running/probe_plan.h"

#include <gmock/gmock.h>

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

const char* const plan = R"({"probe": "p", "cases": [
  {"name": "p.read/numa0", "min_seconds": 0.5, "max_seconds": 2},
  {"name": "p.write/numa0", "min_seconds": 0.5, "max_seconds": 3}]})";

std::vector<std::string> names(const std::string& filter) {
  std::vector<std::string> found;
  for (const auto& entry : read_probe_plan(plan, filter)) found.push_back(entry.name);
  return found;
}

TEST(ProbePlan, CountsTheCasesThatTheFilterLetsThrough) {
  EXPECT_THAT(names(""), ElementsAre("p.read/numa0", "p.write/numa0"));
  EXPECT_THAT(names("read|copy"), ElementsAre("p.read/numa0"));
  EXPECT_THAT(names("-read"), ElementsAre("p.write/numa0"));
  EXPECT_EQ((ProbePlan{read_probe_plan(plan, ""), ""}.max()), Seconds(5));
}

TEST(ProbePlan, IsRefusedIfItIsNone) {
  EXPECT_ANY_THROW(read_probe_plan("", ""));
  EXPECT_ANY_THROW(read_probe_plan("{}", ""));
  EXPECT_ANY_THROW(read_probe_plan(R"({"cases": [{"name": "a"}]})", ""));
}

}  // namespace
}  // namespace plumbline
