#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "results/schema/course.h"
#include "results/schema/device.h"
#include "results/schema/measurement.h"
#include "results/schema/metric_meaning.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Ended {
  int code;
  std::string output;  ///< both streams
};

class RunProbe : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "run_probe_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  static Ended run(const std::string& arguments) {
    const std::string command = std::string(EXAMPLE_PROBE) + ' ' + arguments + " 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    Ended ended{-1, {}};
    std::array<char, 4096> block;
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe)) {
      ended.output.append(block.data(), count);
    }
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
    return ended;
  }

  std::vector<Measurement> rows() const {
    return read_all<Measurement>(folder_ / "measurements.csv");
  }
  std::string out() const { return "--out " + folder_.string(); }

  fs::path folder_;
};

std::vector<std::string> cases_of(const std::vector<Measurement>& rows) {
  std::vector<std::string> names;
  for (const Measurement& row : rows) names.push_back(row.case_name);
  return names;
}

TEST_F(RunProbe, WritesARowForEveryCase) {
  const Ended ended = run(out() + " --host n1 --instance-type p5.48xlarge --task example#1");
  EXPECT_EQ(ended.code, 3) << "one case failed\n" << ended.output;
  const auto all = rows();
  EXPECT_THAT(cases_of(all),
              ElementsAre("example.count/node", "example.rate/a", "example.rate/b",
                          "example.rate/c", "example.rate/broken", "example.count/absent",
                          "example.count/elsewhere/a>here/a"));
  EXPECT_EQ(all[1].host, "n1");
  EXPECT_EQ(all[1].instance_type, "p5.48xlarge");
  EXPECT_EQ(all[1].run, folder_.filename().string());
  EXPECT_EQ(all[1].task, "example#1");
  EXPECT_NEAR(all[1].median.value(), 10, 0.01);
  EXPECT_LE(all[1].ci_low.value(), all[1].median.value());
  EXPECT_EQ(all[4].outcome, Outcome::failed);
  EXPECT_EQ(all[4].note, "the device fell off the bus");
  EXPECT_EQ(all[5].outcome, Outcome::skipped);
  EXPECT_THAT(ended.output, HasSubstr("1 of 7 cases failed"));
  EXPECT_EQ(all[6].host, "elsewhere");
  EXPECT_EQ(all[6].instance_type, "other.type");
}

TEST_F(RunProbe, CaseChoosesByExactName) {
  EXPECT_EQ(run(out() + " --case example.rate/b --case example.count/node").code, 0);
  EXPECT_THAT(cases_of(rows()), ElementsAre("example.count/node", "example.rate/b"));
}

TEST_F(RunProbe, AnUnknownCaseIsRefused) {
  const Ended ended = run(out() + " --case example.rate/z");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.output, HasSubstr("this machine has no case example.rate/z"));
}

TEST_F(RunProbe, GoogleBenchmarksFilterAndRepetitions) {
  EXPECT_EQ(run(out() + " --benchmark_filter='rate/[ab]/' --benchmark_repetitions=2").code, 0);
  const auto all = rows();
  EXPECT_THAT(cases_of(all),
              ElementsAre("example.rate/a", "example.rate/a", "example.rate/b", "example.rate/b"));
  EXPECT_EQ(all[0].attempt, 1U);
  EXPECT_EQ(all[1].attempt, 2U);
}

TEST_F(RunProbe, AFilterThatMatchesNothingIsIncomplete) {
  const Ended ended = run(out() + " --benchmark_filter=nothing_like_this");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.output, HasSubstr("nothing was measured"));
}

TEST_F(RunProbe, ListTestsMeasuresNothing) {
  const Ended ended = run(out() + " --benchmark_list_tests");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("example.rate/a"));
  EXPECT_FALSE(fs::exists(folder_ / "measurements.csv"));
}

TEST_F(RunProbe, BenchmarkOutIsKept) {
  const fs::path file = folder_ / "benchmark.json";
  run("--case example.rate/a --benchmark_out=" + file.string());
  std::ifstream stream(file);
  const auto json = nlohmann::json::parse(stream);
  EXPECT_EQ(json["context"]["probe"], "example");
  EXPECT_NEAR(json["benchmarks"][0]["GB/s"].get<double>(), 10, 0.01);
}

TEST_F(RunProbe, BenchmarkFormatTakesTheStandardOutput) {
  const Ended ended = run("--case example.rate/a --benchmark_format=json 2>/dev/null");
  EXPECT_THAT(ended.output, StartsWith("{"));
}

TEST_F(RunProbe, SkipDoneLeavesOutWhatHasARow) {
  const std::string task = out() + " --task t --skip-done";
  EXPECT_EQ(run(task + " --case example.rate/a").code, 0);
  run(task);
  EXPECT_EQ(rows().size(), 7U) << "rate/a once";
  run(task);
  EXPECT_EQ(rows().size(), 7U) << "nothing again";
  run(task + " --attempt 2 --case example.rate/a");
  EXPECT_EQ(rows().size(), 8U) << "another attempt is another row";
  run(out() + " --task other --skip-done --case example.rate/a");
  EXPECT_EQ(rows().size(), 9U) << "another task too";
}

TEST_F(RunProbe, ACutLineIsSetAsideAndItsCaseMeasuredAgain) {
  const std::string task = out() + " --task t --skip-done";
  run(task + " --case example.rate/a --case example.rate/b");
  const fs::path file = folder_ / "measurements.csv";
  fs::resize_file(file, fs::file_size(file) - 20);
  const Ended ended = run(task + " --case example.rate/a --case example.rate/b");
  EXPECT_THAT(ended.output, HasSubstr("was cut"));
  EXPECT_THAT(cases_of(rows()), ElementsAre("example.rate/a", "example.rate/b"));
  EXPECT_TRUE(fs::exists(folder_ / "measurements.csv.torn"));
}

TEST_F(RunProbe, SamplesAreKeptOnRequest) {
  EXPECT_EQ(run(out() + " --case example.rate/a --samples").code, 0);
  const auto samples = read_all<Sample>(folder_ / "samples.csv");
  EXPECT_GE(samples.size(), rows().at(0).samples);
  EXPECT_EQ(samples.at(0).case_name, "example.rate/a");
}

TEST_F(RunProbe, HowAValueWentOverTimeIsKeptWhereItIsKnown) {
  EXPECT_EQ(run(out() + " --case example.rate/a").code, 0);
  EXPECT_FALSE(fs::exists(folder_ / "courses.csv"));
  EXPECT_EQ(run(out() + " --case example.count/node --host n1").code, 0);
  EXPECT_THAT(
      read_all<Course>(folder_ / "courses.csv"),
      ElementsAre(Course{"n1", "example.count/node", "example.count", 1, 2, {7, std::nullopt, 9}}));
}

TEST_F(RunProbe, DevicesContextAndMeaningsStandOnce) {
  run(out() + " --case example.rate/a --host n1");
  run(out() + " --case example.rate/b --host n1");
  EXPECT_EQ(read_all<Device>(folder_ / "devices.csv").size(), 1U);
  const auto context = read_all<ContextEntry>(folder_ / "context.csv");
  EXPECT_THAT(context, ElementsAre(ContextEntry{"n1", "example", "yes"},
                                   ContextEntry{"elsewhere", "example", "no"}));
  const auto meanings = read_all<MetricMeaning>(folder_ / "metrics.csv");
  EXPECT_EQ(std::ranges::count(meanings, "example.rate", &MetricMeaning::metric), 1);
  EXPECT_THAT(meanings.at(0).meaning, HasSubstr("made-up bytes per made-up second"));
}

TEST_F(RunProbe, DescribeAsTableAndJson) {
  EXPECT_THAT(run("--describe").output, HasSubstr("made-up bytes per made-up second"));
  const auto json = nlohmann::json::parse(run("--describe=json").output);
  EXPECT_EQ(json["metrics"][0]["name"], "example.rate");
  EXPECT_EQ(json["metrics"][0]["better"], "higher");
  EXPECT_EQ(json["options"][0]["name"], "speed");
}

TEST_F(RunProbe, PlanAsJson) {
  const auto json = nlohmann::json::parse(run("--plan --max-time 3").output);
  EXPECT_EQ(json["cases"].size(), 7U);
  EXPECT_EQ(json["cases"][1]["name"], "example.rate/a");
  EXPECT_EQ(json["cases"][1]["max_seconds"], 3.0);
}

TEST_F(RunProbe, ItsOwnOptions) {
  EXPECT_EQ(run(out() + " --case example.rate/a --speed 25").code, 0);
  EXPECT_NEAR(rows().at(0).median.value(), 25, 0.05);
}

TEST_F(RunProbe, APlanThatFailsIsSaid) {
  const Ended ended = run("--refuse");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.output, HasSubstr("the machine cannot be read"));
}

TEST_F(RunProbe, WhoFollowsMeasuresNothing) {
  EXPECT_EQ(run(out() + " --follow").code, 5);
  EXPECT_EQ(run(out() + " --follow --host n7").code, 6) << "it knows its name";
  EXPECT_FALSE(fs::exists(folder_ / "measurements.csv"));
  EXPECT_EQ(run("--follow --plan").code, 0) << "asked about, it plans";
}

TEST_F(RunProbe, UsageErrors) {
  for (const char* arguments :
       {"--nonsense", "--precision 7", "--samples", "--benchmark_nonsense=1", "--attempt 0",
        "--benchmark_min_time=3", "--describe=xml"}) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 2) << arguments << '\n' << ended.output;
    EXPECT_THAT(ended.output, Not(::testing::IsEmpty()));
  }
  EXPECT_EQ(run("--help").code, 0);
  EXPECT_THAT(run("--help").output, HasSubstr("--benchmark_filter"));
}

}  // namespace
}  // namespace plumbline
