// The ways in which other validation tools end in a silent pass, and that none of them ends in
// ACCEPT here. Each takes a world that is accepted and spoils one thing. To add a way, add a row.
// Which rule catches it, tests/unit/evaluation/silent_pass_test.cpp says.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "reports/formats/junit.h"
#include "reports/judging/judge_runs.h"
#include "results/schema/journal.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int gpus_of_node = 4;

Measurement gpu_read(int gpu, int run) {
  Measurement m = again(triad(1000), 10 * run, 1000);
  m.probe = "gpu_memory";
  m.metric = "gpu_memory.read";
  m.subject = fmt::format("gpu{}", gpu);
  m.peer = {};
  m.case_name = "gpu_memory.read/" + m.subject;
  m.task = fmt::format("gpu_memory#{}", run + 1);
  return m;
}

Measurement wrong_values(int gpu) {
  Measurement m = gpus(0);
  m.probe = "gpu_memory";
  m.metric = "gpu_memory.wrong_values";
  m.subject = fmt::format("gpu{}", gpu);
  m.case_name = "gpu_memory.wrong_values/" + m.subject;
  return m;
}

Measurement ranks(double count) {
  Measurement m = gpus(count);
  m.probe = "collectives";
  m.metric = "collectives.ranks";
  m.subject = "group";
  m.params = {{"nodes", "2"}};
  m.case_name = "collectives.ranks/group";
  return m;
}

Measurement efa(double rate, const char* transport) {
  Measurement m = triad(rate);
  m.probe = "efa";
  m.metric = "efa.loop";
  m.subject = "rdmap79s0";
  m.peer = "rdmap79s0";
  m.case_name = "efa.loop/rdmap79s0";
  m.transport = transport;
  return m;
}

Baseline expect(const char* metric, const char* subject_class, const char* expected,
                std::uint64_t subjects) {
  Baseline b = expected_gpus();
  b.metric = metric;
  b.subject_class = subject_class;
  b.expected = expected;
  b.subjects = subjects;
  return b;
}

/// What was measured, what should be there, and what is expected.
struct World {
  std::vector<Measurement> rows;
  std::vector<Measurement> later;  ///< of a second run, judged together with the first
  Manifest manifest = {node_a};
  std::vector<Baseline> baselines;
  std::function<void(const RunDirectory&)> spoil_files = [](const RunDirectory&) {};

  std::vector<Measurement*> of(const std::string& metric, const std::string& subject = "") {
    std::vector<Measurement*> found;
    for (Measurement& m : rows) {
      if (m.metric == metric && (subject.empty() || m.subject == subject)) found.push_back(&m);
    }
    return found;
  }
  void remove(const std::string& metric, const std::string& subject = "") {
    std::erase_if(rows, [&](const Measurement& m) {
      return m.metric == metric && (subject.empty() || m.subject == subject);
    });
  }
};

/// Four GPUs that read as fast as they should, no wrong value, EFA over EFA, all ranks.
World accepted() {
  World world;
  for (int gpu = 0; gpu < gpus_of_node; ++gpu) {
    for (int run = 0; run < 3; ++run) world.rows.push_back(gpu_read(gpu, run));
    world.rows.push_back(wrong_values(gpu));
  }
  world.rows.push_back(gpus(gpus_of_node));
  world.rows.push_back(ranks(8));
  world.rows.push_back(efa(12, "efa"));
  world.rows.push_back(task(0, ""));

  Baseline read = expected_triad();
  read.metric = "gpu_memory.read";
  read.subject_class = "gpu";
  read.expected = "1000";
  read.subjects = gpus_of_node;
  read.ceiling = 1500;
  Baseline rail = expected_triad();
  rail.metric = "efa.loop";
  rail.subject_class = "rdmaps>rdmaps";
  rail.params = {{"transport", "efa"}};
  rail.expected = "12";
  Baseline all_ranks = expect("collectives.ranks", "group", "8", 1);
  all_ranks.nodes = 2;
  world.baselines = {read, rail, all_ranks,
                     expect("gpu_memory.wrong_values", "gpu", "0", gpus_of_node),
                     expect("topology.gpus", "node", "4", 1)};
  return world;
}

struct SilentPass {
  const char* name;
  const char* seen_in;  ///< which tool passes silently, and how
  void (*spoil)(World&);
};

const SilentPass catalogue[] = {
    {"AnUnreachableNode", "SuperBench: no row, so it is never judged",
     [](World& w) {
       ManifestEntry node = node_a;
       node.host = "node-b";
       w.manifest.push_back(node);
     }},
    {"AnUnknownType", "AzNHC, soperator, aicr: an unsupported machine is a message and exit 0",
     [](World& w) {
       w.manifest[0].instance_type = "p9.unknown";
       for (Measurement& m : w.rows) m.instance_type = "p9.unknown";
     }},
    {"NoResultAtAll", "AzNHC: more than 300 nodes and 'No results reported'",
     [](World& w) { w.rows.clear(); }},
    {"NoFileOfResults", "a dry run of the AWS toolkit passes",
     [](World& w) {
       w.spoil_files = [](const RunDirectory& run) { std::filesystem::remove(run.measurements()); };
     }},
    {"AProbeThatCrashes", "soperator: an error of the checker is exit 0",
     [](World& w) {
       w.remove("gpu_memory.read");
       Measurement crash = task(5, "killed by SIGSEGV");
       crash.probe = "gpu_memory";
       crash.params.set("step", "gpu_memory");
       w.rows.push_back(crash);
     }},
    {"AnOldResultAndThenATimeout", "CHS: a test that timed out leaves the healthy label",
     [](World& w) {
       Measurement late = failed(gpu_read(2, 9), "killed after its deadline of 120 s");
       w.later.push_back(late);
     }},
    {"AnOldResultAndThenATaskThatTimesOut", "CHS: the same, without a row of the case",
     [](World& w) {
       Measurement late = task(60, "killed after its deadline of 120 s");
       late.params.set("repeat", "2");
       w.later.push_back(late);
     }},
    {"AMissingTool", "CHS configcheck: exit 0 without sinfo; DCGM: the NCCL plugin is skipped",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read")) *m = skipped(*m, "libcuda.so.1 is not here");
     }},
    {"AProbeThatCannotStart", "gcm: a failure to run is a warning",
     [](World& w) {
       w.remove("topology.gpus");
       w.rows.push_back(task(9, "cannot be started: no such file"));
     }},
    {"AProbeThatIsSwitchedOff", "gcm: the kill switch is OK",
     [](World& w) { w.remove("efa.loop"); }},
    {"AFailureThatALaterPassOverwrites", "AWS toolkit check 5: check_warn, then check_pass",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.wrong_values", "gpu1")) m->median = 3;
       Measurement pass = wrong_values(1);
       pass.time += std::chrono::minutes(30);
       pass.attempt = 2;
       w.rows.push_back(pass);
     }},
    {"AnotherTransport", "AWS toolkit: an unconfirmed provider warns, then passes",
     [](World& w) {
       for (Measurement* m : w.of("efa.loop")) m->transport = "tcp";
     }},
    {"NoTransport", "the same, where nothing is known of it",
     [](World& w) {
       for (Measurement* m : w.of("efa.loop")) m->transport = {};
     }},
    {"FewerRanksThanExpected", "AWS toolkit: srun without --mpi is N runs of one node",
     [](World& w) {
       for (Measurement* m : w.of("collectives.ranks")) m->median = 4;
     }},
    {"AnotherUnit", "DCGM: floors that are off by 1000",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read")) m->unit = "MB/s";
     }},
    {"MoreThanPhysicsAllows", "DCGM, NVCRE: a slip of the unit in the value",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu0")) {
         m->median = *m->median * 1000;
         m->ci_low = *m->ci_low * 1000;
         m->ci_high = *m->ci_high * 1000;
       }
     }},
    {"NothingIsExpected", "OCI: a shape without a threshold cannot fail",
     [](World& w) { w.baselines.clear(); }},
    {"NothingThatDecidesIsExpected", "NVCRE: thresholds are off by default",
     [](World& w) {
       for (Baseline& b : w.baselines) b.use = Use::context;
     }},
    {"GoodBandwidthAndWrongData", "cloudai: success is that a string is there",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.wrong_values", "gpu3")) m->median = 5;
     }},
    {"AFailedRowThatCarriesAGoodValue", "cloudai: ': 5 FAILED' matches too",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu3")) {
         m->outcome = Outcome::failed;
         m->note = "5 FAILED";
       }
     }},
    {"AGroupThatIsTooSmall", "aicr: fewer than two nodes are \"skipped\": true",
     [](World& w) {
       Measurement small = skipped(task(9, ""), "needs 2 nodes, there is 1");
       small.params.set("step", "collectives_groups");
       w.rows.push_back(small);
     }},
    {"ATaskThatNeverEnded", "ReFrame: a test that could not be placed is skipped",
     [](World& w) {
       w.spoil_files = [](const RunDirectory& run) {
         Journal(run.journal()).append({wall_now(), "task_started", "collectives#1", 1, {}});
       };
     }},
    {"OneOfManyParts", "autopilot: healthy although dcgm r3 failed",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu2")) *m = failed(*m, "an ECC error");
     }},
    {"OneGoodOfFive", "azurehpc: repeated until a value is above the threshold",
     [](World& w) {
       for (int run = 3; run < 7; ++run) {
         Measurement m = gpu_read(0, run);
         w.rows.push_back(m);
       }
       int count = 0;
       for (Measurement* m : w.of("gpu_memory.read", "gpu0")) {
         if (++count == 7) break;  // the last one is good
         m->median = 600;
         m->ci_low = 599;
         m->ci_high = 601;
       }
     }},
    {"ADeviceThatIsNotThere", "AWS: a GPU is missing without an XID",
     [](World& w) {
       w.remove("gpu_memory.read", "gpu3");
       w.remove("gpu_memory.wrong_values", "gpu3");
     }},
    {"ThreeOfFour", "AWS: 3 of 4 GPUs, counted right and nobody compares",
     [](World& w) {
       for (Measurement* m : w.of("topology.gpus")) m->median = 3;
     }},
    {"AnotherTypeThanOrdered", "a baseline of another machine is met",
     [](World& w) { w.manifest[0].instance_type = "p5.48xlarge"; }},
    {"NoManifest", "what is not known to be missing is not missed",
     [](World& w) {
       w.spoil_files = [](const RunDirectory& run) { std::filesystem::remove(run.manifest()); };
     }},
    {"AnEmptyManifest", "0 of 0 nodes are well", [](World& w) { w.manifest.clear(); }},
    {"ResultsOfAnotherHost", "the node that was ordered is not the one that was measured",
     [](World& w) {
       for (Measurement& m : w.rows) m.host = "node-x";
     }},
    {"ARowThatCannotBeRead", "a parser that skips what it does not know",
     [](World& w) {
       w.spoil_files = [](const RunDirectory& run) {
         std::string bad = csv_line(gpu_read(0, 8));
         bad.replace(bad.find(",ok,"), 4, ",fine,");
         write_file(run.measurements(), read_file(run.measurements()) + bad);
       };
     }},
    {"AValueThatIsNoNumber", "NaN is below no threshold",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu1")) {
         m->median = m->ci_low = m->ci_high = std::nullopt;
       }
     }},
    {"Zero", "nothing moved, in no time",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu1")) {
         m->median = m->ci_low = m->ci_high = 0;
       }
     }},
    {"TextWhereANumberIsExpected", "a cell that was parsed as far as it went",
     [](World& w) {
       for (Measurement* m : w.of("topology.gpus")) {
         m->median = std::nullopt;
         m->text = "4 of 4";
         m->unit = "text";
       }
     }},
    {"AnotherDirection", "lower is better of a rate: whatever is slow passes",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read")) m->better = Better::lower;
     }},
    {"AGoodMedianOfAMachineThatIsSlowAtTimes", "every tool that looks at one number of a run",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu2")) {
         m->flags = {"bimodal"};
         m->min = 500;
         m->max = 1010;
       }
     }},
    {"LeftOutLikeInARehearsal", "what a rehearsal may leave out, a machine may not",
     [](World& w) {
       w.remove("gpu_memory.read");
       w.remove("gpu_memory.wrong_values");
       Measurement out = skipped(task(9, ""), "left out: it has no stand-in");
       out.probe = "gpu_memory";
       out.params.set("step", "gpu_memory");
       out.flags = {"left_out"};
       w.rows.push_back(out);
     }},
    {"SimulatedAmongMeasured", "a stand-in's good values beside a machine's",
     [](World& w) {
       for (Measurement* m : w.of("gpu_memory.read", "gpu1")) {
         m->provenance = Provenance::simulated;
       }
     }},
};

class SilentPassWorld : public ::testing::Test {
 protected:
  /// Judges the world and writes what a CI system would read of it.
  Judgement judge(const World& world) {
    if (!world.baselines.empty()) results_.baseline(world.baselines);
    std::vector<RunDirectory> runs = {
        results_.run("20261124T100000Z_acceptance", world.rows, world.manifest)};
    if (!world.later.empty()) {
      runs.push_back(results_.run("20261125T100000Z_acceptance", world.later, world.manifest));
    }
    world.spoil_files(runs.front());
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    const auto file = results_.path() / "junit.xml";
    JUnitFile junit(file, {});
    Judgement judgement =
        judge_runs(runs, store, [&](const NodeEvaluation& node, std::span<const Measurement> rows) {
          junit.add(node, rows, "");
        });
    junit.finish(judgement);
    junit_ = read_file(file);
    return judgement;
  }

  ResultsFolder results_;
  std::string junit_;
};

class SilentPasses : public SilentPassWorld, public ::testing::WithParamInterface<SilentPass> {};

TEST_P(SilentPasses, DoNotEndInAccept) {
  World world = accepted();
  GetParam().spoil(world);
  const Judgement judgement = judge(world);
  EXPECT_THAT(judgement.fleet.exit_code(), AnyOf(Eq(exit_rejected), Eq(exit_incomplete)))
      << GetParam().seen_in;
  EXPECT_LT(judgement.fleet.accepted, std::max<std::size_t>(judgement.manifest.size(), 1))
      << "every node is accepted: " << GetParam().seen_in;
  EXPECT_THAT(junit_, AnyOf(HasSubstr("<failure "), HasSubstr("<error ")));
}

INSTANTIATE_TEST_SUITE_P(Catalogue, SilentPasses, ::testing::ValuesIn(catalogue),
                         [](const auto& path) { return std::string(path.param.name); });

/// Without it none of the above could fail.
TEST_F(SilentPassWorld, IsAcceptedWhereNothingIsSpoiled) {
  const Judgement judgement = judge(accepted());
  EXPECT_EQ(judgement.fleet.exit_code(), exit_ok)
      << (judgement.nodes.empty() ? "" : judgement.nodes[0].reason);
  EXPECT_EQ(judgement.fleet.accepted, 1U);
  EXPECT_THAT(junit_, Not(AnyOf(HasSubstr("<failure "), HasSubstr("<error "))));
}

}  // namespace
}  // namespace plumbline
