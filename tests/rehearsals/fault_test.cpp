#include <fmt/format.h>
#include <fnmatch.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "tests/rehearsals/rehearsal.h"

// Each fault that a machine can have, in a rehearsal of a suite that is long enough to show it:
// what is said then that is not said of the machine without the fault, and nothing else.

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// "FAIL gpu3 gpu_memory.triad"
std::string short_form(std::string_view verdict, const Finding& finding) {
  return fmt::format("{} {} {}", verdict, path_of(finding), finding.metric);
}

using Key = std::tuple<std::string, std::string, std::uint64_t, Params>;
using Findings = std::map<Key, Finding>;

Findings by_key(const std::vector<Finding>& findings) {
  Findings map;
  for (const Finding& f : findings) map[{path_of(f), f.metric, f.bytes, f.params}] = f;
  return map;
}

/// What is said of a machine and not of the healthy one, in short form with its sentences. What is
/// said of the healthy one alone is LOST, unless it is said to be missing: that names what was
/// expected, without the details that only a measurement has.
std::multimap<std::string, std::string> differences(const Findings& healthy,
                                                    const Findings& found) {
  std::multimap<std::string, std::string> all;
  std::set<std::string> missing;
  for (const auto& [key, finding] : found) {
    const auto before = healthy.find(key);
    if (before != healthy.end() && before->second.verdict == finding.verdict) continue;
    all.emplace(short_form(verdict_names[finding.verdict], finding), finding.sentence);
    const bool is_about_nothing = finding.rule == "failed" || finding.rule == "skipped" ||
                                  finding.verdict == Verdict::missing;
    if (is_about_nothing) missing.insert(short_form("", finding));
  }
  for (const auto& [key, finding] : healthy) {
    if (found.contains(key) || missing.contains(short_form("", finding))) continue;
    all.emplace(short_form("LOST", finding), finding.sentence);
  }
  return all;
}

/// What is said of a healthy machine by a suite: kept by the tests that the others need.
fs::path kept(const std::string& suite) { return fs::path(HEALTHY) / (suite + ".csv"); }

class HealthyMachine : public ::testing::TestWithParam<const char*> {};

TEST_P(HealthyMachine, HasNoFault) {
  const Rehearsal rehearsal;
  const Said said = rehearsal.rehearse("p5.48xlarge", fmt::format("faults/{}", GetParam()));
  for (const Finding& finding : rehearsal.findings()) {
    EXPECT_TRUE(!is_trouble(finding) || is_left_out(finding)) << finding.sentence;
  }
  fs::create_directories(HEALTHY);
  const fs::path unfinished = kept(GetParam()).string() + fmt::format(".{}", ::getpid());
  fs::copy_file(rehearsal.run().findings(), unfinished, fs::copy_options::overwrite_existing);
  fs::rename(unfinished, kept(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Suites, HealthyMachine,
                         ::testing::Values("memory", "pattern", "host_link", "nvlink", "multicast",
                                           "collectives", "compute", "heat", "overlap", "steady"),
                         [](const auto& param) { return std::string(param.param); });

struct FaultCase {
  const char* name;
  const char* suite;
  std::vector<std::string> faults;
  int exit;
  /// Of these everything is that is said beyond what is said of the healthy machine, and each of
  /// them is said: "FAIL gpu3 gpu_memory.*". None: the suite cannot tell.
  std::vector<std::string> told;
  /// Part of a sentence of the first of them.
  const char* says;
  bool hangs = false;  ///< something never ends
};

constexpr int rejected = 1, incomplete = 3;
/// The row of a step in which a case failed.
const std::string step = "MISSING node runner.task";

std::ostream& operator<<(std::ostream& out, const FaultCase& fault) { return out << fault.name; }

class Fault : public ::testing::TestWithParam<FaultCase> {};

TEST_P(Fault, IsToldWithItsPlace) {
  const FaultCase& fault = GetParam();
  ASSERT_TRUE(fs::exists(kept(fault.suite))) << "the test of the healthy machine makes it";
  const Rehearsal rehearsal;
  const std::string suite = fmt::format("faults/{}", fault.suite);
  const Said said = fault.hangs ? rehearsal.rehearse_hang("p5.48xlarge", suite, fault.faults)
                                : rehearsal.rehearse("p5.48xlarge", suite, fault.faults);
  EXPECT_EQ(said.exit, fault.exit) << said.output;
  const auto all =
      differences(by_key(read_all<Finding>(kept(fault.suite))), by_key(rehearsal.findings()));
  const auto is = [](const std::string& pattern, const std::string& text) {
    return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
  };
  for (const std::string& pattern : fault.told) {
    EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                            [&](const auto& told) { return is(pattern, told.first); }))
        << "nothing is \"" << pattern << '"';
  }
  bool is_said = fault.told.empty();
  for (const auto& [told, sentence] : all) {
    EXPECT_TRUE(std::any_of(fault.told.begin(), fault.told.end(),
                            [&](const std::string& pattern) { return is(pattern, told); }))
        << told << ": " << sentence;
    EXPECT_EQ(sentence.find("not finished at its deadline"), std::string::npos) << sentence;
    if (fault.told.empty()) continue;
    is_said =
        is_said || (is(fault.told.front(), told) && sentence.find(fault.says) != std::string::npos);
    if (is(fault.told.front(), told)) RecordProperty("finding", sentence);
  }
  EXPECT_TRUE(is_said) << "no sentence says \"" << fault.says << '"';
}

const std::vector<FaultCase> cases = {
    // A GPU, or its memory.
    {"slow", "memory", {"gpu3.hbm=0.8"}, rejected, {"FAIL gpu3 gpu_memory.triad"}, "28.8 % below"},
    {"missing",
     "memory",
     {"gpu6.missing"},
     rejected,
     {"MISSING gpu6 gpu_memory.*", "MISSING gpu6 health.*", "FAIL node health.gpus", step},
     "on the PCI bus, but the driver does not show it"},
    {"lost",
     "memory",
     {"gpu6.lost"},
     rejected,
     {"MISSING gpu6 health.*", "MISSING gpu6 gpu_memory.*", "FAIL node health.gpus", step},
     "it fell off the bus"},
    {"taken",
     "memory",
     {"gpu3.memory_taken=84950384640"},
     incomplete,
     {"MISSING gpu3 gpu_memory.*", step},
     "out of memory"},
    {"held_by_another",
     "memory",
     {"gpu1.exclusive"},
     rejected,
     {"MISSING gpu1 gpu_memory.*", "FAIL gpu1 health.compute_mode",
      "FAIL gpu1 health.other_processes", step},
     "another process holds this GPU"},
    {"errors",
     "memory",
     {"gpu5.ecc=3"},
     rejected,
     {"FAIL gpu5 health.ecc_errors"},
     "is 3; expected is 0"},
    {"errors_growing",
     "memory",
     {"gpu5.ecc_growing=1000"},
     rejected,
     {"FAIL gpu5 health.growth", "FAIL gpu5 health.ecc_errors"},
     "counter=ecc_errors;kind=uncorrected"},
    {"kernel_hangs",
     "memory",
     {"gpu4.kernel_hangs"},
     incomplete,
     {"MISSING gpu4 gpu_memory.*", step},
     "gpu4: what was queued did not end within 3 s: it hangs",
     true},
    {"sticky_error",
     "memory",
     {"gpu4.kernel_fails=214"},
     incomplete,
     {"MISSING gpu4 gpu_memory.*", step},
     "CUDA_ERROR_ECC_UNCORRECTABLE"},
    {"stuck_bit",
     "pattern",
     {"gpu5.stuck_bit=42949677624"},
     rejected,
     {"FAIL gpu5 gpu_memory.pattern_errors"},
     "is 1 words"},
    {"in_use",
     "memory",
     {"gpu1.process=31337"},
     rejected,
     {"FAIL gpu1 health.other_processes"},
     "is 1; expected is 0"},
    {"drifting",
     "steady",
     {"gpu2.drift=0.2"},
     rejected,
     {"FAIL gpu2 gpu_memory.triad"},
     "unsteady"},
    {"drifting_slowly",
     "steady",
     {"gpu2.drift=0.05"},
     incomplete,
     {"INCONCLUSIVE gpu2 gpu_memory.triad"},
     "12 runs could not decide"},
    {"bimodal",
     "steady",
     {"gpu5.bimodal=1.25"},
     rejected,
     {"FAIL gpu5 gpu_memory.triad"},
     "at times it is in another state: 2383 GB/s"},
    {"bimodal_a_little",
     "steady",
     {"gpu5.bimodal=1.1"},
     incomplete,
     {"WARN gpu5 gpu_memory.triad"},
     "at times it is in another state"},
    // The driver, of which no GPU is to blame: each says why it was not measured.
    {"partitioned",
     "memory",
     {"gpu0.partitioned"},
     rejected,
     {"FAIL gpu0 health.mig", "MISSING gpu[0-7] gpu_memory.*"},
     "is 1; expected is 0"},
    {"fabric_not_ready",
     "memory",
     {"driver.status=802"},
     rejected,
     {"MISSING gpu[0-7] gpu_memory.*", "FAIL gpu[0-7] health.fabric"},
     "CUDA_ERROR_SYSTEM_NOT_READY (802)"},
    {"driver_hangs",
     "memory",
     {"driver.hangs"},
     incomplete,
     {"MISSING gpu[0-7] gpu_memory.*"},
     "cuInit did not return within 3 s",
     true},
    {"driver_too_old",
     "memory",
     {"driver.version=11000"},
     incomplete,
     {"MISSING gpu[0-7] gpu_memory.*"},
     "supports CUDA 11.0"},
    // Not made for the binaries of this build's compiler: it compiles the PTX beside them.
    {"older_driver", "memory", {"driver.version=12040"}, incomplete, {}, ""},
    {"older_driver", "multicast", {"driver.version=12040"}, incomplete, {}, ""},
    {"driver_without_function",
     "memory",
     {"driver.without=cuMemAlloc"},
     incomplete,
     {"MISSING gpu[0-7] gpu_memory.*"},
     "lacks cuMemAlloc"},
    // The way between the host and a GPU.
    {"half_width",
     "host_link",
     {"gpu7.pcie_width=8"},
     rejected,
     {"FAIL gpu7 host_link.pcie_width", "FAIL gpu7 topology.gpu.link"},
     "is 8; expected is 16"},
    {"old_generation",
     "host_link",
     {"gpu7.pcie_generation=3"},
     rejected,
     {"FAIL gpu7 host_link.pcie_generation", "FAIL gpu7 topology.gpu.link"},
     "is 3; expected is 5"},
    {"flipped_bit",
     "host_link",
     {"host>gpu2.flip=5000"},
     rejected,
     {"FAIL gpu2 host_link.wrong_values", "MISSING gpu2 host_link.*",
      "MISSING node host_link.together_h2d", step},
     "gpu2 from the host: 1 of 16777216 words are wrong"},
    {"dropped_to_host",
     "host_link",
     {"gpu2>host.dropped"},
     rejected,
     {"FAIL gpu2 host_link.wrong_values", "MISSING gpu2 host_link.*",
      "MISSING node host_link.together_?2?", step},
     "gpu2: what it found out about its memory did not arrive at the host"},
    {"copy_hangs",
     "host_link",
     {"gpu1.copy_hangs"},
     incomplete,
     {"MISSING gpu1 host_link.*", "MISSING node host_link.together_?2?", step},
     "gpu1: what was queued did not end within 3 s: it hangs",
     true},
    {"sticky_error",
     "host_link",
     {"gpu6.kernel_fails=700"},
     incomplete,
     {"MISSING gpu6 host_link.*", "MISSING node host_link.together_?2?", step},
     "CUDA_ERROR_ILLEGAL_ADDRESS"},
    // NVLink.
    {"slow",
     "nvlink",
     {"gpu3.nvlink=0.5"},
     rejected,
     {"FAIL gpu3>gpu[0-7] nvlink.write", "FAIL gpu[0-7]>gpu3 nvlink.write",
      "FAIL gpu3>gpu[0-7] nvlink.tournament", "FAIL gpu[0-7]>gpu3 nvlink.tournament",
      "FAIL gpu3 nvlink.culprit"},
     "198"},
    {"slow_one_way",
     "nvlink",
     {"gpu3.nvlink_out=0.25"},
     rejected,
     {"FAIL gpu3 nvlink.culprit", "FAIL gpu3>gpu[0-7] nvlink.write",
      "FAIL gpu3>gpu[0-7] nvlink.tournament"},
     "gpu3 sending is"},
    {"slow_other_way",
     "nvlink",
     {"gpu3.nvlink_in=0.25"},
     rejected,
     {"FAIL gpu3 nvlink.culprit", "FAIL gpu[0-7]>gpu3 nvlink.write",
      "FAIL gpu[0-7]>gpu3 nvlink.tournament"},
     "gpu3 receiving is"},
    {"slow_path",
     "nvlink",
     {"nvlink.gpu1>gpu4=0.6"},
     rejected,
     {"FAIL gpu1>gpu4 nvlink.write", "FAIL gpu1>gpu4 nvlink.tournament"},
     "47.2 % below"},
    {"dead",
     "nvlink",
     {"gpu2.dead_nvlink=7"},
     rejected,
     {"FAIL gpu2 nvlink.links", "FAIL gpu2 health.nvlinks_up", "WARN gpu2 nvlink.culprit"},
     "is 17; expected is 18"},
    {"too_few",
     "nvlink",
     {"gpu6.nvlinks=12"},
     rejected,
     {"FAIL gpu6 nvlink.links", "FAIL gpu6 health.nvlinks_up", "FAIL gpu6>gpu[0-7] nvlink.*",
      "FAIL gpu[0-7]>gpu6 nvlink.*", "FAIL gpu6 nvlink.culprit"},
     "is 12; expected is 18"},
    {"dropped_writes",
     "nvlink",
     {"gpu0>gpu7.dropped"},
     rejected,
     {"FAIL gpu0>gpu7 nvlink.wrong_values", "MISSING gpu0>gpu7 nvlink.write",
      "MISSING gpu0>gpu7 nvlink.tournament", "MISSING node nvlink.tournament", step},
     "it was never written"},
    {"flipped_bit",
     "nvlink",
     {"gpu2>gpu5.flip=12345"},
     rejected,
     {"FAIL gpu2>gpu5 nvlink.wrong_values", "MISSING gpu2>gpu5 nvlink.write",
      "MISSING gpu2>gpu5 nvlink.tournament", "MISSING node nvlink.tournament", step},
     "1 of 67108864 words are wrong"},
    {"dying",
     "nvlink",
     {"gpu3.dying_nvlink=9"},
     rejected,
     {"MISSING gpu[0-7]>gpu3 nvlink.write", "FAIL gpu3 health.nvlinks_up",
      "WARN gpu3 nvlink.culprit", step},
     "gpu3 link 9 went down meanwhile"},
    {"by_host",
     "nvlink",
     {"gpu2>gpu3.by_host"},
     rejected,
     {"FAIL gpu2>gpu3 nvlink.write", "FAIL gpu2>gpu3 nvlink.tournament"},
     "% below"},
    {"not_ready",
     "multicast",
     {"driver.multicast_fails=802"},
     incomplete,
     {"MISSING gpu[0-7] nvlink.multicast_*", step},
     "NVSwitch's multicast is not set up"},
    // What all GPUs do together: the rows are of the node, and say which GPU it was.
    {"hangs",
     "collectives",
     {"gpu3.collective_hangs"},
     incomplete,
     {"MISSING node collectives.all_reduce.*", "MISSING gpu[0-7] collectives.wrong_values", step},
     "gpu3 did not come",
     true},
    {"kernel_hangs",
     "collectives",
     {"gpu4.kernel_hangs"},
     incomplete,
     {"MISSING node collectives.all_reduce.*", "MISSING gpu[0-7] collectives.wrong_values", step},
     "gpu4 hangs",
     true},
    {"without_nvls",
     "collectives",
     {"nccl.no_multicast"},
     rejected,
     {"FAIL node collectives.all_reduce.busbw"},
     "below 418.9 GB/s"},
    {"hangs_at_launch",
     "collectives",
     {"stuck_collective:gpu=3,at_launch=true"},
     incomplete,
     {"MISSING node collectives.all_reduce.*", "MISSING gpu[0-7] collectives.wrong_values", step},
     "gpu3 did not come",
     true},
    {"gpu_fails",
     "collectives",
     {"gpu6.collective_fails=214"},
     incomplete,
     {"MISSING node collectives.all_reduce.*", "MISSING gpu[0-7] collectives.wrong_values", step},
     "gpu6: cuStreamQuery: CUDA_ERROR_ECC_UNCORRECTABLE"},
    {"wrong",
     "collectives",
     {"gpu5.collective_wrong=all_reduce"},
     rejected,
     {"FAIL gpu5 collectives.wrong_values", "MISSING node collectives.all_reduce.*", step},
     "gpu5: 1 of 2 numbers of the result of all_reduce are wrong"},
    // Of a node by itself it is none: what several hosts say is in tests/machines/group_test.cpp.
    {"slow_network", "collectives", {"nccl.network=0.5"}, incomplete, {}, ""},
    {"nccl_by_sockets", "collectives", {"nccl.sockets"}, incomplete, {}, ""},
    {"nccl_too_old",
     "collectives",
     {"nccl.version=21212"},
     incomplete,
     {"MISSING node collectives.ranks", "MISSING node collectives.all_reduce.busbw",
      "MISSING gpu[0-7] collectives.wrong_values", "UNJUDGED node collectives.all_reduce.latency"},
     "is NCCL 2.12.12"},
    // Products, power and heat.
    {"slow",
     "compute",
     {"gpu4.gemm=0.5"},
     rejected,
     {"FAIL gpu4 gpu_compute.burst", "FAIL gpu4 gpu_compute.sustained"},
     "57.1 % below"},
    {"wrong",
     "compute",
     {"gpu5.gemm_flip=0"},
     rejected,
     {"FAIL gpu5 gpu_compute.wrong_elements", "FAIL gpu5 gpu_compute.differing_results"},
     "expected is 0"},
    {"wrong_later",
     "compute",
     {"gpu5.gemm_flip=100"},
     rejected,
     {"FAIL gpu5 gpu_compute.changed_results", "FAIL gpu5 gpu_compute.wrong_elements"},
     "expected is 0"},
    {"lowered_cap",
     "compute",
     {"gpu1.power_cap=500"},
     rejected,
     {"FAIL gpu1 health.power_limit_ratio", "WARN gpu1 gpu_compute.sustained"},
     "is 0.7143"},
    {"throttled",
     "compute",
     {"gpu6.slowdown=0.5"},
     rejected,
     {"FAIL gpu6 gpu_compute.hardware_slowed", "FAIL gpu6 gpu_compute.burst",
      "FAIL gpu6 gpu_compute.sustained", "FAIL gpu6 health.throttled_growth"},
     "expected is 0"},
    {"xid",
     "compute",
     {"gpu2.xid=94"},
     rejected,
     {"FAIL gpu2 health.xids", "FAIL gpu2 health.growth"},
     "cause=hardware"},
    {"kernel_hangs",
     "compute",
     {"gpu4.kernel_hangs"},
     incomplete,
     {"MISSING gpu4 gpu_compute.*", step},
     "gpu4: what was queued did not end within 3 s: it hangs",
     true},
    {"copy_hangs",
     "compute",
     {"gpu4.copy_hangs"},
     incomplete,
     {"MISSING gpu4 gpu_compute.*", step},
     "gpu4: what was queued did not end within 3 s: it hangs",
     true},
    {"product_hangs",
     "compute",
     {"gpu4.product_hangs=700"},
     incomplete,
     {"MISSING gpu4 gpu_compute.sustained", "MISSING gpu4 gpu_compute.*", step},
     "gpu4: what was queued did not end within 3 s: it hangs",
     true},
    {"sticky_error",
     "compute",
     {"kernel_fails:gpu=4,kernel=cublasLtMatmul,after=700,status=214"},
     incomplete,
     {"MISSING gpu4 gpu_compute.sustained", "MISSING gpu4 gpu_compute.*", step},
     "CUDA_ERROR_ECC_UNCORRECTABLE"},
    {"hot",
     "heat",
     {"gpu6.cooling=2.2"},
     rejected,
     {"FAIL gpu6 health.throttled_growth", "WARN gpu6 gpu_compute.sustained"},
     "reason=software_thermal"},
    {"braked",
     "compute",
     {"gpu2.power_brake=0.5"},
     rejected,
     {"FAIL gpu2 health.throttled_growth", "FAIL gpu2 gpu_compute.hardware_slowed",
      "FAIL gpu2 gpu_compute.burst", "FAIL gpu2 gpu_compute.sustained"},
     "reason=hardware_power_brake"},
    {"without_product",
     "compute",
     {"cublaslt.without=bf16"},
     incomplete,
     {"MISSING gpu[0-7] gpu_compute.*"},
     "does not multiply bf16"},
    // Products and collectives at once.
    {"product_wrong",
     "overlap",
     {"gpu5.gemm_flip=100"},
     rejected,
     {"FAIL gpu5 overlap.wrong_products"},
     "expected is 0"},
    {"falls_behind",
     "overlap",
     {"gpu6.collective_greed=0.6"},
     rejected,
     {"FAIL gpu6 overlap.gemm_kept_of_median"},
     "22.6 % below 1"},
    {"sum_wrong",
     "overlap",
     {"gpu5.collective_wrong=all_reduce"},
     rejected,
     {"FAIL gpu5 overlap.wrong_sums"},
     "is 1; expected is 0"},
    {"hangs",
     "overlap",
     {"gpu3.collective_hangs"},
     incomplete,
     {"MISSING node overlap.*", "MISSING gpu[0-7] overlap.*", step},
     "gpu3 did not come",
     true},
    {"gpu_fails",
     "overlap",
     {"gpu6.collective_fails=214"},
     incomplete,
     {"MISSING node overlap.*", "MISSING gpu[0-7] overlap.*", step},
     "gpu6: cuStreamQuery: CUDA_ERROR_ECC_UNCORRECTABLE"},
};

INSTANTIATE_TEST_SUITE_P(Table, Fault, ::testing::ValuesIn(cases), [](const auto& param) {
  return fmt::format("{}_{}", param.param.suite, param.param.name);
});

}  // namespace
}  // namespace plumbline
