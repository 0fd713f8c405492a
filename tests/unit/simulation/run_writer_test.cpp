#include "suites/simulation/run_writer.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "results/schema/device.h"
#include "results/schema/journal.h"
#include "suites/simulation/permuted_run.h"
#include "suites/simulation/write_runs.h"
#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The runs of a fleet in a folder of their own.
class Written {
 public:
  explicit Written(const DescribedFleet& d, unsigned threads = 2)
      : runs_(write_runs(d.fleet, d.baselines, {folder_ / "results", "run", threads}).directories) {
  }
  const RunDirectory& run(std::size_t i = 0) const { return runs_.at(i); }
  std::vector<Measurement> rows(std::size_t i = 0) const {
    return read_all<Measurement>(run(i).measurements());
  }

 private:
  ScratchFolder folder_;
  std::vector<RunDirectory> runs_;
};

TEST(RunWriter, WritesTheSameByAnyNumberOfThreads) {
  const DescribedFleet d("[[fault]]\nkind = \"nic\"\ncount = 2\n");
  const Written one(d, 1), four(d, 4);
  for (const auto file : {&RunDirectory::measurements, &RunDirectory::devices,
                          &RunDirectory::context, &RunDirectory::manifest, &RunDirectory::truth,
                          &RunDirectory::metrics, &RunDirectory::journal}) {
    EXPECT_TRUE(same_bytes((one.run().*file)(), (four.run().*file)())) << (one.run().*file)();
  }
}

TEST(RunWriter, WritesOtherValuesByAnotherSeed) {
  const Written one(DescribedFleet("nodes = 4\n", 1)), other(DescribedFleet("nodes = 4\n", 2));
  EXPECT_FALSE(same_bytes(one.run().measurements(), other.run().measurements()));
}

TEST(RunWriter, WritesRowsThatSayThatTheyAreSimulated) {
  const DescribedFleet d("nodes = 4\n");
  const Written written(d);
  std::set<std::string> hosts;
  std::map<std::string, std::size_t> tasks;
  for (const Measurement& m : written.rows()) {
    EXPECT_EQ(m.provenance, Provenance::simulated);
    EXPECT_EQ(m.run, written.run().name());
    EXPECT_EQ(m.instance_type, "p4d.24xlarge");
    EXPECT_EQ(m.outcome, Outcome::ok);
    hosts.insert(m.host);
    if (m.metric == "runner.task") ++tasks[m.host];
  }
  EXPECT_THAT(hosts, SizeIs(4));
  // One of each probe, and one of each of the three rounds in which four nodes all meet.
  for (const auto& [host, count] : tasks) EXPECT_EQ(count, d.fleet.machine.probes.size() + 3);
  EXPECT_EQ(read_all<ManifestEntry>(written.run().manifest()), d.fleet.manifest);
}

TEST(RunWriter, WritesBothWaysOfEachPathOfEachPair) {
  const DescribedFleet d("nodes = 4\n");
  std::map<std::string, std::size_t> rows;  // of a task
  for (const Measurement& m : Written(d).rows()) {
    if (m.peer.find('/') == std::string::npos) continue;
    ++rows[m.task];
    EXPECT_TRUE(m.task.starts_with("efa_pairs.round")) << m.task;
    EXPECT_NE(m.task.find(m.host), std::string::npos);
    EXPECT_EQ(m.transport, "efa");
  }
  EXPECT_THAT(rows, SizeIs(6));
  for (const auto& [task, count] : rows) {
    EXPECT_EQ(count, 2 * d.fleet.machine.nics.size() * d.fleet.machine.paths.size()) << task;
  }
}

TEST(RunWriter, LeavesOutWhoCannotBeReached) {
  const DescribedFleet d("nodes = 4\n[[fault]]\nkind = \"unreachable\"\ncount = 1\n");
  const std::string& silent = d.fleet.manifest[d.fleet.faults[0].place].host;
  const Written written(d);
  std::size_t failed_pairs = 0;
  for (const Measurement& m : written.rows()) {
    EXPECT_NE(m.host, silent);
    if (m.outcome != Outcome::failed) continue;
    ++failed_pairs;
    EXPECT_EQ(m.metric, "runner.task");
    EXPECT_EQ(m.note, silent + " could not be reached");
  }
  EXPECT_EQ(failed_pairs, 3u);
  EXPECT_THAT(read_all<ManifestEntry>(written.run().manifest()), SizeIs(4));
}

TEST(RunWriter, SaysWhichTaskHung) {
  const DescribedFleet d("nodes = 1\n[[fault]]\nkind = \"hang\"\ncount = 1\nprobe = \"nvlink\"\n");
  std::vector<Measurement> failed;
  for (const Measurement& m : Written(d).rows()) {
    if (m.outcome == Outcome::failed) failed.push_back(m);
    EXPECT_FALSE(m.probe == "nvlink" && m.outcome == Outcome::ok);
  }
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0].probe, "nvlink");
  EXPECT_THAT(failed[0].flags, ::testing::ElementsAre("timed_out"));
}

TEST(RunWriter, NamesTheTransportThatWasUsed) {
  const DescribedFleet d(
      "nodes = 2\n[[fault]]\nkind = \"fallback\"\ncount = 1\nmetric = \"efa\"\n"
      "transport = \"tcp\"\nseverity = 0.95\n");
  const std::string& slow = d.fleet.manifest[d.fleet.faults[0].place].host;
  std::size_t paths = 0;
  for (const Measurement& m : Written(d).rows()) {
    if (m.probe != "efa" || m.metric == "runner.task") continue;
    if (!m.transport.empty()) {
      EXPECT_EQ(m.transport, m.host == slow ? "tcp" : "efa");
    }
    if (m.peer.find('/') == std::string::npos) continue;
    ++paths;
    EXPECT_LT(*m.median, 1) << "both ways are as slow as the slower end";
  }
  EXPECT_GT(paths, 0u);
}

TEST(RunWriter, AMovedPartKeepsItsSerial) {
  const DescribedFleet d(
      "nodes = 6\nruns = 3\n[network]\nmeasured = false\n"
      "[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_memory\"\nsubject = \"gpu\"\n"
      "moves_every = 1\n");
  const Written written(d);
  std::set<std::string> of_the_part, hosts;
  for (std::size_t run = 0; run < 3; ++run) {
    const auto truth = read_all<TrueFault>(written.run(run).truth());
    ASSERT_THAT(truth, SizeIs(1));
    std::set<std::string> serials;
    for (const Device& device : read_all<Device>(written.run(run).devices())) {
      EXPECT_TRUE(serials.insert(device.serial).second) << device.serial << " is there twice";
      if (device.host == truth[0].host && device.subject == truth[0].subject) {
        of_the_part.insert(device.serial);
        hosts.insert(device.host);
      }
    }
  }
  EXPECT_THAT(of_the_part, SizeIs(1));
  EXPECT_THAT(hosts, SizeIs(3));
}

TEST(RunWriter, AKilledRunnerLeavesATaskWithoutEnd) {
  const DescribedFleet d("nodes = 1\n[[fault]]\nkind = \"unfinished\"\ncount = 1\n");
  const auto events = read_journal(Written(d).run().journal());
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front().event, "run_started");
  EXPECT_EQ(events.back().event, "task_started");
}

TEST(RunWriter, FurtherMeasurementsAreFurtherAttempts) {
  const DescribedFleet d("nodes = 2\n");
  const ScratchFolder folder;
  RunWriter writer(d.fleet, RunDirectory::create(folder.path(), "again"), 0, 2);
  writer.write_again({{1, d.series("gpu_memory.read", "gpu3"), 2}});
  const auto rows = read_all<Measurement>(writer.directory().measurements());
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].host, "node-0001");
  EXPECT_EQ(rows[0].subject, "gpu3");
  EXPECT_EQ(rows[0].attempt, 2u);
}

TEST(PermutedRuns, HaveTheSameRows) {
  const Written written(DescribedFleet("nodes = 3\n"));
  const ScratchFolder folder;
  std::multiset<std::string> rows, permuted;
  for (const Measurement& m : written.rows()) rows.insert(csv_line(m));
  for (const RunDirectory& part : permuted_runs(written.run(), folder.path(), 1, 3)) {
    const auto some = read_all<Measurement>(part.measurements());
    EXPECT_GT(some.size(), rows.size() / 4);
    for (const Measurement& m : some) permuted.insert(csv_line(m));
  }
  EXPECT_EQ(rows, permuted);
}

}  // namespace
}  // namespace plumbline::simulation
