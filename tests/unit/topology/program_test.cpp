#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "results/schema/device.h"
#include "results/schema/measurement.h"
#include "tests/unit/node/described.h"

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Ended {
  int code;
  std::string output;  ///< both streams
};

Ended run(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1 < /dev/null").c_str(), "r");
  Ended ended{-1, {}};
  std::array<char, 4096> block;
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe)) {
    ended.output.append(block.data(), count);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

class Programs : public ::testing::Test {
 protected:
  void SetUp() override { write_file(xml_, hwloc_xml(p4d_24xlarge())); }

  ScratchFolder folder_;
  std::filesystem::path xml_ = folder_ / "node.xml";
  std::string show_ = TOPOLOGY_PROGRAM " --from " + xml_.string();
  std::string probe_ = TOPOLOGY_PROBE " --from " + xml_.string();
};

TEST_F(Programs, ShowAFileAsText) {
  const Ended ended = run(show_);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, StartsWith("p4d.24xlarge  p4d-like (from node.xml)\n"));
}

TEST_F(Programs, ShowThisMachineInEveryFormat) {
  EXPECT_THAT(run(TOPOLOGY_PROGRAM).output, HasSubstr("(this machine)"));
  EXPECT_THAT(run(TOPOLOGY_PROGRAM " --format json").output, StartsWith("{\n \"schema\": 1,"));
  EXPECT_THAT(run(TOPOLOGY_PROGRAM " --format svg").output, StartsWith("<svg "));
}

TEST_F(Programs, WriteAFile) {
  const auto picture = folder_ / "node.svg";
  const Ended ended = run(show_ + " --format svg --output " + picture.string());
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.output, "");
  EXPECT_THAT(read_file(picture), StartsWith("<svg "));
}

TEST_F(Programs, EndWith2AndASentenceForWhatTheyCannotRead) {
  const Ended missing = run(TOPOLOGY_PROGRAM " --from /nowhere.xml");
  EXPECT_EQ(missing.code, 2);
  EXPECT_EQ(missing.output, "/nowhere.xml: cannot read it: No such file or directory\n");
  write_file(xml_, "<topology version=\"2.0\">");
  EXPECT_EQ(run(show_).code, 2);
  EXPECT_EQ(run(probe_).code, 2);
  EXPECT_THAT(run(probe_).output, HasSubstr("the file is cut"));
}

TEST_F(Programs, EndWith2WhereTheyCannotWrite) {
  const Ended ended = run(show_ + " --output /nowhere/node.txt");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.output, HasSubstr("/nowhere/node.txt: cannot write it"));
}

TEST_F(Programs, RefuseImdsForAnotherMachine) {
  EXPECT_EQ(run(show_ + " --imds").code, 2);
  EXPECT_EQ(run(probe_ + " --imds").code, 2);
}

TEST_F(Programs, AreNotFooledByTheEnvironment) {
  const Ended ended = run("HWLOC_XMLFILE=" + xml_.string() + " " TOPOLOGY_PROGRAM);
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.output, HasSubstr("HWLOC_XMLFILE"));
}

TEST_F(Programs, WriteRowsAboutTheDescribedMachine) {
  const auto out = folder_ / "run";
  ASSERT_EQ(run(probe_ + " --out " + out.string()).code, 0);
  const auto rows = read_all<Measurement>(out / "measurements.csv");
  ASSERT_THAT(rows, Not(IsEmpty()));
  for (const Measurement& row : rows) {
    EXPECT_EQ(row.host, "p4d-like");
    EXPECT_EQ(row.instance_type, "p4d.24xlarge");
    EXPECT_EQ(row.provenance, Provenance::simulated);
    EXPECT_NE(row.outcome, Outcome::failed) << row.case_name << ": " << row.note;
  }
  EXPECT_THAT(read_all<Device>(out / "devices.csv"), Contains(Field(&Device::subject, "gpu7")));
  EXPECT_THAT(read_all<ContextEntry>(out / "context.csv"),
              Contains(Field(&ContextEntry::key, "described_by")));
}

TEST_F(Programs, WriteRowsAboutThisMachine) {
  const auto out = folder_ / "run";
  ASSERT_EQ(run(TOPOLOGY_PROBE " --out " + out.string()).code, 0);
  const auto rows = read_all<Measurement>(out / "measurements.csv");
  EXPECT_THAT(rows, Contains(Field(&Measurement::metric, "topology.numa.memory")));
  for (const Measurement& row : rows) EXPECT_EQ(row.provenance, Provenance::measured);
  EXPECT_THAT(read_all<ContextEntry>(out / "context.csv"),
              Contains(Field(&ContextEntry::key, "kernel")));
}

}  // namespace
}  // namespace plumbline
