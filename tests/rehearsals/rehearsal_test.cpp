#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <regex>
#include <thread>

#include "results/schema/course.h"
#include "results/schema/device.h"
#include "results/schema/host_identity.h"
#include "results/schema/journal.h"
#include "results/schema/measurement.h"
#include "results/schema/number.h"
#include "results/schema/params.h"
#include "tests/golden.h"
#include "tests/rehearsals/rehearsal.h"

// A virtual machine, the real programs, the shipped baseline of its type: what is said about it.

namespace plumbline {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Where this build and run lie, left out.
std::string without_places(const std::string& text) {
  static const std::regex place("/[^ ,]*/(lib[^ /,]*|[^ /,]*[.]log)");
  return std::regex_replace(text, place, "$1");
}

/// What is said about a machine, without what is fine and what the suite leaves out.
std::string troubles(const Rehearsal& rehearsal, const Said& said) {
  const auto nodes = read_all<NodeVerdict>(rehearsal.run().nodes());
  std::string text = fmt::format("exit {}\n", said.exit);
  for (const NodeVerdict& node : nodes) {
    text +=
        fmt::format("{} {} {}\n", node.host, node.instance_type, node_outcome_names[node.outcome]);
  }
  for (const Finding& finding : rehearsal.findings()) {
    if (is_trouble(finding) && !is_left_out(finding)) {
      text += fmt::format("{} {}\n", verdict_names[finding.verdict], finding.sentence);
    }
  }
  return without_places(text);
}

std::string golden(const std::string& name) { return fmt::format("{}/{}.txt", GOLDENS, name); }

class HealthyMachine : public ::testing::TestWithParam<const char*> {};

TEST_P(HealthyMachine, IsAccepted) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.rehearse(GetParam(), "quick");
  EXPECT_EQ(said.exit, 0) << troubles(rehearsal, said);
  EXPECT_THAT(said.output, HasSubstr("ACCEPT"));
  for (const Measurement& row : rehearsal.rows()) {
    ASSERT_EQ(row.provenance, Provenance::simulated) << row.case_name;
    ASSERT_EQ(row.instance_type, GetParam());
    ASSERT_TRUE(row.host.starts_with("virtual-"));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, HealthyMachine,
                         ::testing::Values("p4d.24xlarge", "p4de.24xlarge", "p5.48xlarge",
                                           "p5e.48xlarge", "p5en.48xlarge", "p6-b200.48xlarge",
                                           "p6-b300.48xlarge", "p6e-gb200.36xlarge"),
                         [](const auto& param) {
                           std::string name(param.param, std::string(param.param).find('.'));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Report, SaysOnTopThatItIsSimulated) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.rehearse("p5.48xlarge", "memory");
  EXPECT_THAT(said.output, HasSubstr("no value says anything about a real machine"));
  EXPECT_THAT(said.output, HasSubstr("SIMULATED"));
  const std::string page = read_file(rehearsal.run().report());
  EXPECT_THAT(page, HasSubstr("<title>SIMULATED"));
  EXPECT_LT(page.find("class=\"simulated\""), page.find("<h1")) << "the banner is on top";
}

TEST(FaultyMachine, WithSlowMemoryIsRejectedForThatGpu) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.rehearse("p5.48xlarge", "memory", {"gpu3.hbm=0.8"});
  EXPECT_EQ(said.exit, 1);
  for (const Finding& finding : rehearsal.findings()) {
    if (finding.verdict == Verdict::fail) {
      EXPECT_EQ(finding.subject, "gpu3") << finding.sentence;
    }
  }
  expect_golden(golden("p5.48xlarge.gpu3.hbm=0.8"), troubles(rehearsal, said));
}

TEST(FaultyMachine, WithoutAGpuIsNotAcceptedAndNamesIt) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.rehearse("p5.48xlarge", "memory", {"gpu6.missing"});
  EXPECT_THAT(said.exit, AnyOf(1, 3));
  expect_golden(golden("p5.48xlarge.gpu6.missing"), troubles(rehearsal, said));
}

TEST(FaultyMachine, WithSeveralFaultsIsToldEachWithItsPlace) {
  const Rehearsal rehearsal;
  const Said said =
      rehearsal.rehearse("p5.48xlarge", "links",
                         {"nvlink.gpu1>gpu4=0.6", "gpu2.dead_nvlink=7", "gpu5.ecc_growing=1000",
                          "gpu7.pcie_width=8", "gpu0.power_cap=500"});
  EXPECT_EQ(said.exit, 1);
  expect_golden(golden("p5.48xlarge.several"), troubles(rehearsal, said));
}

TEST(FaultyMachine, WhoseDriverDoesNotStartIsIncomplete) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.rehearse("p5.48xlarge", "memory", {"driver.status=802"});
  EXPECT_EQ(said.exit, 3);
  expect_golden(golden("p5.48xlarge.driver.status=802"), troubles(rehearsal, said));
}

/// All that a run's tables say of its machine, line by line: of the rows the time and the name of
/// the run are left out, and what the runner says of its tasks, which take real seconds.
std::vector<std::string> without_times(const Rehearsal& rehearsal) {
  std::vector<std::string> lines;
  const auto add = [&](const auto& record) { lines.push_back(without_places(csv_line(record))); };
  for (Measurement row : rehearsal.rows()) {
    if (row.metric == "runner.task") continue;
    row.run = {};
    row.time = {};
    add(row);
  }
  const RunDirectory run = rehearsal.run();
  for (const Device& device : read_all<Device>(run.devices())) add(device);
  for (const ContextEntry& entry : read_all<ContextEntry>(run.context())) {
    if (entry.key != "runner.command") add(entry);  // names where the results go
  }
  if (std::filesystem::exists(run.courses())) {
    for (const Course& course : read_all<Course>(run.courses())) add(course);
  }
  return lines;
}

/// Three digits, so that a change of the machine's noise alone moves nothing.
std::string rounded(const Finding& finding) {
  if (!finding.value) return finding.text;
  return format_number(std::stod(fmt::format("{:.3g}", *finding.value))) + ' ' + finding.unit;
}

/// All findings in their order, those that say the same of one place after the other as one line:
/// "PASS gpu_memory.triad 512 MiB = 2980 GB/s: gpu0 ... gpu7 (8)".
std::string all_findings(const Rehearsal& rehearsal) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> places;
  for (const Finding& f : rehearsal.findings()) {
    const std::string size = f.bytes == 0 ? "" : ' ' + format_bytes(f.bytes);
    const std::string params = f.params.empty() ? "" : " (" + format_params(f.params) + ')';
    const std::string said =
        fmt::format("{} {}{}{} = {}", verdict_names[f.verdict], f.metric, size, params, rounded(f));
    if (places[said].empty()) order.push_back(said);
    places[said].push_back(path_of(f));
  }
  std::string text;
  for (const std::string& said : order) {
    const auto& at = places[said];
    text += at.size() == 1
                ? fmt::format("{}: {}\n", said, at.front())
                : fmt::format("{}: {} ... {} ({})\n", said, at.front(), at.back(), at.size());
  }
  return text;
}

TEST(Acceptance, OfAHealthyMachineFindsThis) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.say("rehearse --machine p5.48xlarge");
  EXPECT_EQ(said.exit, 0) << said.output;
  expect_golden(golden("p5.48xlarge.acceptance"), all_findings(rehearsal));
}

class TwoRehearsals : public ::testing::TestWithParam<const char*> {};

TEST_P(TwoRehearsals, AreIdentical) {
  const Rehearsal first, second;
  first.rehearse("p5.48xlarge", GetParam(), {"gpu5.ecc_growing=10"});
  second.rehearse("p5.48xlarge", GetParam(), {"gpu5.ecc_growing=10"});
  const auto lines = without_times(first);
  EXPECT_THAT(lines, Not(IsEmpty()));
  EXPECT_EQ(lines, without_times(second));
}

INSTANTIATE_TEST_SUITE_P(Suites, TwoRehearsals,
                         ::testing::Values("links", "faults/compute", "faults/collectives"),
                         [](const auto& param) {
                           const std::string suite = param.param;
                           return suite.substr(suite.find('/') + 1);
                         });

TEST(Rehearsal, LeavesOutWhatCanOnlyMeasureThisHost) {
  const Rehearsal rehearsal;
  const auto suite = std::filesystem::path(rehearsal.results()).parent_path() / "own.toml";
  write_file(suite,
             "name = \"own\"\n[[step]]\nname = \"memory_of_the_host\"\nprobe = \"host_memory\"\n"
             "[[step]]\nname = \"topology\"\nprobe = \"topology\"\n"
             "needs = [\"memory_of_the_host\"]\n");
  const Said said = rehearsal.say(fmt::format("rehearse --suite '{}'", suite.string()));
  EXPECT_THAT(said.output, HasSubstr("only measure this host: memory_of_the_host\n"));
  std::vector<std::string> tasks;
  for (const Measurement& row : rehearsal.rows()) {
    if (row.outcome != Outcome::skipped) tasks.push_back(row.task);
  }
  EXPECT_THAT(tasks, Not(IsEmpty()));
  EXPECT_THAT(tasks, Each("topology#1"));
}

TEST(Rehearsal, IsResumedOnItsMachine) {
  const Rehearsal rehearsal;
  const pid_t runner = ::fork();
  if (runner == 0) {
    const std::string results = rehearsal.results(), lock = results + ".lock";
    ::execl(PLUMBLINE, PLUMBLINE, "rehearse", "--suite", SUITES "/links.toml", "--results",
            results.c_str(), "--lock-file", lock.c_str(), "-q", nullptr);
    ::_exit(127);
  }
  const auto has_begun = [&] {
    try {
      return !rehearsal.rows().empty();
    } catch (const std::exception&) {
      return false;
    }
  };
  for (int i = 0; i < 2000 && !has_begun(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  const Said said = rehearsal.say("resume");
  EXPECT_THAT(said.exit, AnyOf(0, 3)) << said.output;
  std::map<std::string, int> tasks;
  for (const Measurement& row : rehearsal.rows()) {
    EXPECT_EQ(row.provenance, Provenance::simulated) << row.case_name;
    ++tasks[row.task];
  }
  EXPECT_EQ(tasks.size(), 5U);
}

TEST(Rehearsal, OfWhatIsNotThereIsAUsageError) {
  const Rehearsal rehearsal;
  const Said machine = rehearsal.say("rehearse --machine p7.48xlarge");
  EXPECT_EQ(machine.exit, 2);
  EXPECT_THAT(machine.output, HasSubstr("there is no machine \"p7.48xlarge\" (there are: "));
  const Said fault = rehearsal.say("rehearse --fault gpu3.speed=2");
  EXPECT_EQ(fault.exit, 2);
  EXPECT_THAT(fault.output, HasSubstr("there is no fault \"gpu3.speed=2\""));
  const Said gpu = rehearsal.say("rehearse --fault gpu9.hbm=0.5");
  EXPECT_EQ(gpu.exit, 2);
  EXPECT_THAT(gpu.output, HasSubstr("there is no gpu 9, expected below 8"));
  EXPECT_FALSE(std::filesystem::exists(rehearsal.results() + "/runs")) << "nothing was begun";
}

TEST(Rehearsal, ListsWhatThereIs) {
  const Rehearsal rehearsal;
  EXPECT_THAT(rehearsal.say("rehearse --list-machines").output,
              HasSubstr("p5.48xlarge              A healthy p5.48xlarge: 8 H100\n"));
  EXPECT_THAT(rehearsal.say("rehearse --list-faults").output, HasSubstr("gpuN.hbm=FACTOR"));
}

}  // namespace
}  // namespace plumbline
