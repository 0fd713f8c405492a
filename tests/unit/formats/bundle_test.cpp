// One node's evidence: all of it is in the archive, and nothing of another node.

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include "reports/formats/bundle.h"
#include "results/schema/device.h"
#include "results/schema/journal.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

struct Packed {
  std::string name;
  std::string bytes;
};

std::vector<Packed> unpack(const std::filesystem::path& file) {
  std::vector<Packed> files;
  ::archive* archive = ::archive_read_new();
  ::archive_read_support_filter_gzip(archive);
  ::archive_read_support_format_tar(archive);
  EXPECT_EQ(::archive_read_open_filename(archive, file.c_str(), 1 << 16), ARCHIVE_OK);
  ::archive_entry* entry = nullptr;
  while (::archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
    Packed packed{::archive_entry_pathname(entry), {}};
    packed.bytes.resize(static_cast<std::size_t>(::archive_entry_size(entry)));
    EXPECT_EQ(::archive_read_data(archive, packed.bytes.data(), packed.bytes.size()),
              static_cast<la_ssize_t>(packed.bytes.size()));
    files.push_back(std::move(packed));
  }
  ::archive_read_free(archive);
  return files;
}

std::string packed(const std::vector<Packed>& files, const std::string& name) {
  for (const Packed& file : files) {
    if (file.name == name) return file.bytes;
  }
  ADD_FAILURE() << name << " is not in the archive";
  return {};
}

ManifestEntry entry_of(const std::string& host) {
  ManifestEntry entry = node_a;
  entry.host = host;
  entry.instance_id = "i-of-" + host;
  return entry;
}

class BundleTest : public ::testing::Test {
 protected:
  std::vector<Packed> bundle(const RunDirectory& run, const std::string& node) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    BundleFile file(results_.path() / "bundle.tar.gz", node, {run},
                    {{run.name()}, parse_time("2026-11-24T12:00:00.000Z").value()});
    const Judgement judgement =
        judge_runs(std::vector{run}, store,
                   [&](const NodeEvaluation& each, std::span<const Measurement> rows) {
                     file.add(each, rows, "");
                   });
    found_ = file.finish(judgement);
    return found_ ? unpack(file.file()) : std::vector<Packed>{};
  }

  ResultsFolder results_;
  bool found_ = false;
};

TEST_F(BundleTest, AllOfOneNodeAndNothingOfAnother) {
  results_.baseline({expected_triad()});
  Measurement slow = on(triad(50), "node-1");
  const RunDirectory run =
      results_.run("20261124T100000Z_acceptance",
                   {slow, again(slow, 1, 50.1), again(slow, 2, 49.9), on(triad(100), "node-2"),
                    on(triad(31), "node-10")},
                   {entry_of("node-1"), entry_of("node-2"), entry_of("node-10")});
  Device gpu{"node-1", "gpu0", "gpu", "H100", "GPU-1111", "serial-1", "0000:53:00.0", 0};
  Device other = gpu;
  other.host = "node-2";
  other.serial = "serial-2";
  write_table(run.devices(), std::vector{gpu, other});
  write_table(run.context(), std::vector{ContextEntry{"node-1", "driver", "570"},
                                         ContextEntry{"node-2", "driver", "999"}});
  write_file(
      run.journal(),
      R"({"time":"2026-11-24T10:00:00.000Z","event":"fleet_run_started","hosts":"node-1\nnode-2"}
{"time":"2026-11-24T10:00:01.000Z","event":"task_started","task":"m#1@node-1","attempt":1,"hosts":"node-1"}
{"time":"2026-11-24T10:00:02.000Z","event":"task_started","task":"m#1@node-2","attempt":1,"hosts":"node-2"}
{"time":"2026-11-24T10:00:03.000Z","event":"task_ended","task":"m#1@node-1","attempt":1,"outcome":"ok"}
{"time":"2026-11-24T10:00:04.000Z","event":"task_ended","task":"m#1@node-2","attempt":1,"outcome":"ok"}
{"time":"2026-11-24T10:00:05.000Z","event":"run_ended"}
)");
  write_file(run.logs() / "node.log",
             "node-1: a warning\nnode-2: another\nnode-10: a third\nnode-1 and node-2: both\n");
  const auto files = bundle(run, "node-1");
  ASSERT_TRUE(found_);
  EXPECT_EQ(files.front().name, "node-1/findings.md");
  const std::string page = files.front().bytes;
  EXPECT_THAT(page, HasSubstr("# REJECT: node-1\n"));
  EXPECT_THAT(page, HasSubstr("| instance id | `i-of-node-1` |"));
  EXPECT_THAT(page, HasSubstr("| gpu0 H100 | `0000:53:00.0 GPU-1111 serial-1` |"));
  EXPECT_THAT(page, HasSubstr("is 50 % below 100 GB/s"));
  EXPECT_THAT(page, HasSubstr("## How to repeat it on the node\n\n- `plumbline probe host_memory"));
  EXPECT_THAT(packed(files, "node-1/explained.txt"), HasSubstr("because: learned: a test"));

  const std::string folder = "node-1/20261124T100000Z_acceptance/";
  const std::string rows = packed(files, folder + "measurements.csv");
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 4);
  EXPECT_THAT(packed(files, folder + "context.csv"), HasSubstr("570"));
  EXPECT_THAT(packed(files, folder + "journal.jsonl"), HasSubstr("\"task_ended\""));
  EXPECT_EQ(packed(files, folder + "logs/node.log"), "node-1: a warning\n");
  for (const Packed& file : files) {
    EXPECT_THAT(file.bytes, Not(HasSubstr("node-2"))) << file.name;
    EXPECT_THAT(file.bytes, Not(HasSubstr("node-10"))) << file.name;
    EXPECT_THAT(file.bytes, Not(HasSubstr("999"))) << file.name;
    EXPECT_THAT(page, HasSubstr(file.name == files.front().name
                                    ? "# "
                                    : '`' + file.name.substr(std::string("node-1/").size()) + '`'));
  }
}

TEST_F(BundleTest, ARunOfOneHostIsPackedWithAllItsLogs) {
  const RunDirectory run = results_.run("20261124T100000Z_acceptance", {triad(100)});
  write_file(run.journal(), "{\"time\":\"2026-11-24T10:00:00.000Z\",\"event\":\"run_started\"}\n");
  write_file(run.logs() / "host_memory-1.log", "what it printed\n");
  const auto files = bundle(run, node_a.host);
  const std::string folder = "node-a/20261124T100000Z_acceptance/";
  EXPECT_EQ(packed(files, folder + "logs/host_memory-1.log"), "what it printed\n");
  EXPECT_THAT(packed(files, folder + "journal.jsonl"), HasSubstr("run_started"));
}

TEST_F(BundleTest, TheSameEvidenceIsTheSameBytes) {
  const RunDirectory run = results_.run("20261124T100000Z_acceptance", {triad(100)});
  bundle(run, node_a.host);
  const std::string first = read_file(results_.path() / "bundle.tar.gz");
  bundle(run, node_a.host);
  EXPECT_EQ(read_file(results_.path() / "bundle.tar.gz"), first);
}

TEST_F(BundleTest, ANodeThatIsSilentIsPackedToo) {
  const RunDirectory run = results_.run("20261124T100000Z_acceptance", {}, {entry_of("node-1")});
  EXPECT_THAT(bundle(run, "node-1").front().bytes, HasSubstr("there is no row of it"));
  EXPECT_TRUE(bundle(run, "node-2").empty());
  EXPECT_FALSE(found_);
}

TEST_F(BundleTest, TheNameOfANodeLeadsNowhereElse) {
  const RunDirectory run = results_.run("20261124T100000Z_acceptance",
                                        {on(triad(100), "../../etc/x")}, {entry_of("../../etc/x")});
  for (const Packed& file : bundle(run, "../../etc/x")) {
    EXPECT_THAT(file.name, Not(HasSubstr("../")));
  }
  EXPECT_TRUE(found_);
}

}  // namespace
}  // namespace plumbline
