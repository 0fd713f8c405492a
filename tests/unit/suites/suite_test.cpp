#include <gmock/gmock.h>

#include "results/schema/file_error.h"
#include "tests/unit/suites/suite_file.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A text that is no suite, and what the message must say.
struct Refusal {
  const char* name;
  const char* text;
  const char* line;  ///< "suite.toml:3: "
  const char* message;
};

class SuiteRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(SuiteRefusal, NamesFileLineAndWhatIsWrong) {
  const ScratchFolder folder;
  try {
    read_suite(write_suite(folder.path(), GetParam().text));
    FAIL() << "was taken as a suite";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr(std::string("suite.toml") + GetParam().line));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
  }
}

#define STEP "[[step]]\nname = \"a\"\nprobe = \"p\"\n"

INSTANTIATE_TEST_SUITE_P(
    Table, SuiteRefusal,
    ::testing::Values(
        Refusal{"NoToml", "name = \"s\"\nprobe p\n", ":2: ", "is no TOML"},
        Refusal{"TextWithoutQuotes", "name = \"s\"\nfilter = foo\n",
                ":2: ", "the next token is not a boolean; a text stands in quotes"},
        Refusal{"KeyTwice", "name = \"s\"\nname = \"t\"\n", ":", "is no TOML"},
        Refusal{"NameMissing", STEP, ": name: ", "is missing"},
        Refusal{"NameEmpty", "name = \"\"\n" STEP, ":1: name: ", "is empty"},
        Refusal{"NameWithBlank", "name = \"my suite\"\n" STEP,
                ":1: name: ", "found \"my suite\", expected letters"},
        Refusal{"NameNoText", "name = 7\n" STEP, ":1: name: ", "found 7, expected a text"},
        Refusal{"UnknownKey", "name = \"s\"\npurpos = \"\"\n" STEP,
                ":2: purpos: ", "did you mean purpose?"},
        Refusal{"UnknownKeyOfStep", "name = \"s\"\n" STEP "dedline = 3\n",
                ":5: dedline: ", "unknown key of a step; did you mean deadline?"},
        Refusal{"UnknownKeyOfDefaults", "name = \"s\"\n[defaults]\nprobe = \"p\"\n" STEP,
                ":3: probe: ", "unknown key of [defaults] (known: deadline, repeats"},
        Refusal{"NoStep", "name = \"s\"\n", ": step: ", "at least one [[step]]"},
        Refusal{"StepNoTables", "name = \"s\"\nstep = [1]\n", ":2: step: ", "headed by [[step]]"},
        Refusal{"StepOneTable", "name = \"s\"\n[step]\nname = \"a\"\n",
                ":2: step: ", "found a table, expected tables headed by [[step]]"},
        Refusal{"ProbeMissing", "name = \"s\"\n[[step]]\nname = \"a\"\n",
                ":2: probe: ", "is missing in step a"},
        Refusal{"StepNameMissing", "name = \"s\"\n[[step]]\nprobe = \"p\"\n",
                ":2: name: ", "is missing in a [[step]]"},
        Refusal{"StepNameWithDot", "name = \"s\"\n[[step]]\nname = \"look2.a\"\nprobe = \"p\"\n",
                ":3: name: ", "found \"look2.a\""},
        Refusal{"StepTwice", "name = \"s\"\n" STEP STEP, ":6: name: ", "a second step named a"},
        Refusal{"UnknownNeed", "name = \"s\"\n" STEP "needs = [\"b\"]\n",
                ":5: needs: ", "needs \"b\", and there is no such step"},
        Refusal{"NeedsItself", "name = \"s\"\n" STEP "needs = [\"a\"]\n",
                ":5: needs: ", "wait for each other: a needs a"},
        Refusal{"NeedsInARound",
                "name = \"s\"\n" STEP
                "needs = [\"b\"]\n[[step]]\nname = \"b\"\nprobe = \"p\"\nneeds = [\"a\"]\n",
                ":5: needs: ", "wait for each other: a needs b needs a"},
        Refusal{"NeedsNoArray", "name = \"s\"\n" STEP "needs = \"b\"\n",
                ":5: needs: ", "expected an array of names"},
        Refusal{"DeadlineWithoutUnit", "name = \"s\"\n" STEP "deadline = \"10\"\n",
                ":5: deadline: ", "found \"10\", expected seconds, or a text like \"120s\""},
        Refusal{"DeadlineZero", "name = \"s\"\n" STEP "deadline = 0\n",
                ":5: deadline: ", "found 0"},
        Refusal{"DeadlineNegative", "name = \"s\"\n" STEP "deadline = -1.5\n",
                ":5: deadline: ", "expected seconds"},
        Refusal{"RepeatsZero", "name = \"s\"\n" STEP "repeats = 0\n",
                ":5: repeats: ", "from 1 to 1000"},
        Refusal{"RepeatsText", "name = \"s\"\n" STEP "repeats = \"3\"\n",
                ":5: repeats: ", "found \"3\""},
        Refusal{"SamplesNumber", "name = \"s\"\n" STEP "samples = 1\n",
                ":5: samples: ", "expected true or false"},
        Refusal{"OnFailureWord", "name = \"s\"\n" STEP "on_failure = \"abort\"\n",
                ":5: on_failure: ", "found \"abort\", expected \"continue\" or \"stop\""},
        Refusal{"OptionOfTheRunner", "name = \"s\"\n" STEP "options = { out = \"x\" }\n",
                ":5: out: ", "said by the runner"},
        Refusal{"OptionFilter", "name = \"s\"\n" STEP "options = { benchmark_filter = \"x\" }\n",
                ":5: benchmark_filter: ", "use filter"},
        Refusal{"OptionArray", "name = \"s\"\n" STEP "options = { sizes = [1] }\n",
                ":5: sizes: ", "found an array, expected a text, a number"},
        Refusal{"FilterNoExpression", "name = \"s\"\n" STEP "filter = \"a(\"\n",
                ":5: filter: ", "found \"a(\", which is no regular expression"},
        Refusal{"PartnersOfNoPairs", "name = \"s\"\n" STEP "partners = 1\n",
                ":5: partners: ", "is for steps with on = \"pairs\""},
        Refusal{"PartnersZero", "name = \"s\"\n" STEP "on = \"pairs\"\npartners = 0\n",
                ":6: partners: ", "found 0, expected a whole number from 1 to 1000"},
        Refusal{"SuspectsFilterNoExpression",
                "name = \"s\"\n" STEP "on = \"pairs\"\nsuspects_filter = \"a(\"\n",
                ":6: suspects_filter: ", "which is no regular expression"}),
    [](const auto& test) { return test.param.name; });

TEST(Suite, SaysWhatItsStepsDo) {
  const ScratchFolder folder;
  const Suite suite = read_suite(write_suite(folder.path(), R"(
name = "all"
purpose = "everything"
[defaults]
deadline = "2m"
repeats = 3
[[step]]
name = "late"
probe = "p"
needs = ["early"]
filter = "read|write"
samples = true
on_failure = "stop"
options = { precision = 0.01, sizes = "1,2", quick = true, slow = false, threads = 4 }
[[step]]
name = "early"
probe = "q"
deadline = 90
repeats = 1
)"));
  EXPECT_EQ(suite.name, "all");
  EXPECT_EQ(suite.purpose, "everything");
  ASSERT_EQ(suite.steps.size(), 2U);
  const Step& early = suite.steps[0];
  EXPECT_EQ(early.name, "early");
  EXPECT_EQ(early.deadline, Seconds(90));
  EXPECT_EQ(early.repeats, 1U);
  EXPECT_EQ(early.on_failure, OnFailure::keep_going);
  const Step& late = suite.steps[1];
  EXPECT_EQ(late.deadline, Seconds(120));
  EXPECT_EQ(late.repeats, 3U);
  EXPECT_TRUE(late.samples);
  EXPECT_EQ(late.on_failure, OnFailure::stop);
  EXPECT_EQ(late.filter, "read|write");
  EXPECT_THAT(late.options,
              ElementsAre("--precision=0.01", "--quick", "--sizes=1,2", "--threads=4"));
}

TEST(Suite, SaysHowPairsMeet) {
  const ScratchFolder folder;
  const Suite suite = read_suite(write_suite(folder.path(), R"(
name = "pairs"
[[step]]
name = "some"
probe = "p"
on = "pairs"
filter = "all"
partners = 2
suspects_filter = "each"
[[step]]
name = "everyone"
probe = "p"
on = "pairs"
)"));
  EXPECT_EQ(suite.steps[0].partners, 2U);
  EXPECT_EQ(suite.steps[0].suspects_filter, "each");
  EXPECT_EQ(suite.steps[1].partners, 0U);
  EXPECT_EQ(suite.steps[1].suspects_filter, "");
}

TEST(Suite, ThoseThatAreShippedAreRight) {
  const auto names = suite_names(SHIPPED_SUITES);
  EXPECT_THAT(names, ::testing::IsSupersetOf({"acceptance", "nightly", "smoke"}));
  for (const std::string& name : names) {
    const Suite suite = read_suite(find_suite(name, SHIPPED_SUITES));
    EXPECT_EQ(suite.name, name);
    EXPECT_FALSE(suite.purpose.empty()) << name;
  }
}

TEST(Suite, IsFoundByNameOrPath) {
  EXPECT_EQ(find_suite("smoke", SHIPPED_SUITES), SHIPPED_SUITES "/smoke.toml");
  EXPECT_EQ(find_suite(SHIPPED_SUITES "/smoke.toml", "/nowhere"), SHIPPED_SUITES "/smoke.toml");
  const auto message_for = [](const char* name) {
    try {
      find_suite(name, SHIPPED_SUITES);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message_for("smke"), HasSubstr("did you mean smoke? (there are: acceptance, "));
  EXPECT_THAT(message_for("./smoke.toml"), HasSubstr("there is no such suite file"));
}

}  // namespace
}  // namespace plumbline
