#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "probes/doctor/checks.h"
#include "tests/unit/doctor/described_host.h"

namespace plumbline {
namespace {
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ResultOf;

/// The check of that name; fails the test if there is none.
Check named(const Checks& checks, const std::string& name) {
  for (const Check& check : checks) {
    if (check.name == name) return check;
  }
  ADD_FAILURE() << "no check is called " << name;
  return {};
}

auto is(State state) { return Field("state", &Check::state, state); }
auto found(const std::string& text) { return Field("found", &Check::found, HasSubstr(text)); }
auto mend(const std::string& text) { return Field("mend", &Check::mend, HasSubstr(text)); }

/// What every check that is not ok owes its reader: why it matters and what to do.
const auto explains_itself =
    AllOf(Field("found", &Check::found, Not(IsEmpty())), Field("why", &Check::why, Not(IsEmpty())),
          Field("mend", &Check::mend, Not(IsEmpty())));

Checks everything_but_libraries(const DescribedHost& described) {
  const Host host(described.root());
  Checks all;
  for (const Checks& some : {gpu_checks(host), fabric_checks(host), cpu_checks(host),
                             memory_checks(host), system_checks(host)}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TEST(Doctor, FindsAP5InOrder) {
  DescribedHost described;
  described.becomes_p5();
  const Checks checks = everything_but_libraries(described);
  EXPECT_THAT(checks, Each(is(State::ok)));
  EXPECT_EQ(named(checks, "GPUs").found, "8 (10de:2330)");
  EXPECT_EQ(named(checks, "NVIDIA driver").found, "570.86.15");
  EXPECT_EQ(named(checks, "device files").found, "8 of 8 /dev/nvidia<N> may be used");
  EXPECT_EQ(named(checks, "fabric manager").found, "runs as process 1234, 4 NVSwitches");
  EXPECT_EQ(named(checks, "EFA devices").found, "32 (1d0f:efa1)");
  EXPECT_EQ(named(checks, "efa module").found, "loaded, version 2.13.0g");
  EXPECT_EQ(named(checks, "EFA software").found, "installer 1.38.0");
  EXPECT_EQ(named(checks, "instance type").found, "p5.48xlarge (DMI product name)");
}

TEST(Doctor, FindsACpuNodeInOrder) {
  const DescribedHost described;
  const Checks checks = everything_but_libraries(described);
  EXPECT_THAT(named(checks, "GPUs"), AllOf(is(State::note), found("none on the PCI bus")));
  EXPECT_THAT(named(checks, "EFA devices"), is(State::note));
  EXPECT_THAT(named(checks, "memlock limit"), AllOf(is(State::ok), found("8 MiB")));
  EXPECT_NE(worst(checks), State::lacks);
}

TEST(Doctor, GpusWithoutADriver) {
  DescribedHost described;
  described.pci(0x10de, 0x2330, 0x030200, 8, "");
  Checks checks = gpu_checks(Host(described.root()));
  EXPECT_THAT(named(checks, "NVIDIA driver"),
              AllOf(is(State::lacks), found("not loaded, but 8 GPUs are on the PCI bus"),
                    mend("install the NVIDIA driver"), explains_itself));
  EXPECT_THAT(named(checks, "device files"), AllOf(is(State::lacks), found("0 of 8")));

  described.file("lib/modules/6.8.0-1024-aws/modules.dep", "updates/dkms/nvidia.ko.zst: \n");
  checks = gpu_checks(Host(described.root()));
  EXPECT_THAT(named(checks, "NVIDIA driver"), mend("sudo modprobe nvidia"));

  described.file("sys/module/nouveau/refcnt", "1");
  checks = gpu_checks(Host(described.root()));
  EXPECT_THAT(named(checks, "NVIDIA driver"), AllOf(found("nouveau"), mend("blacklist nouveau")));
}

TEST(Doctor, OneGpuThatTheDriverRefused) {
  DescribedHost described;
  described.becomes_p5();
  described.remove("sys/bus/pci/devices/0000:03:00.0/driver");
  described.remove("dev/nvidia7");
  const Checks checks = gpu_checks(Host(described.root()));
  EXPECT_THAT(named(checks, "NVIDIA driver"),
              AllOf(is(State::lacks), found("570.86.15, but 1 of 8 GPUs are not bound to it"),
                    explains_itself));
  EXPECT_THAT(named(checks, "device files"),
              AllOf(is(State::lacks), found("7 of 8"), explains_itself));
}

TEST(Doctor, NvSwitchesWithoutTheFabricManager) {
  DescribedHost described;
  described.becomes_p5();
  described.remove("proc/1234");
  EXPECT_THAT(named(gpu_checks(Host(described.root())), "fabric manager"),
              AllOf(is(State::lacks), mend("nvidia-fabricmanager"), explains_itself));
}

TEST(Doctor, EfaWithoutItsModule) {
  DescribedHost described;
  described.becomes_p5();
  described.remove("sys/module/efa");
  described.remove("sys/class/infiniband");
  described.remove("dev/infiniband");
  const Checks checks = fabric_checks(Host(described.root()));
  EXPECT_THAT(named(checks, "efa module"),
              AllOf(is(State::lacks), found("not loaded, but 32 EFA devices"),
                    mend("sudo modprobe efa"), explains_itself));
  EXPECT_THAT(named(checks, "RDMA devices"),
              AllOf(is(State::lacks), found("0 for 32"), explains_itself));
  EXPECT_THAT(named(checks, "/dev/infiniband"),
              AllOf(is(State::lacks), found("0 of 0"), mend("--device"), explains_itself));
}

TEST(Doctor, EfaWithLittleLockedMemory) {
  DescribedHost described;
  described.becomes_p5();
  described.limits("65536", "1024");
  EXPECT_THAT(named(fabric_checks(Host(described.root())), "memlock limit"),
              AllOf(is(State::lacks), found("64 KiB, expected unlimited"),
                    mend("memlock unlimited"), explains_itself));
  described.limits("17179869184", "1024");
  EXPECT_THAT(named(fabric_checks(Host(described.root())), "memlock limit"),
              AllOf(is(State::ok), found("16 GiB")));
}

TEST(Doctor, ACpuQuotaOfAContainer) {
  DescribedHost described;
  described.file("sys/fs/cgroup/user.slice/cpu.max", "400000 100000\n");
  described.file("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_THAT(
      named(cpu_checks(Host(described.root())), "CPUs"),
      AllOf(is(State::lacks), found("192 online"), found("the time of 4.0"), explains_itself));
}

TEST(Doctor, ACpuQuotaOfControlGroupsVersion1) {
  DescribedHost described;
  described.file("proc/self/cgroup", "5:cpu,cpuacct:/box\n4:memory:/box\n");
  described.file("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "250000\n");
  described.file("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  described.file("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "8589934592\n");
  EXPECT_THAT(named(cpu_checks(Host(described.root())), "CPUs"), found("the time of 2.5"));
  EXPECT_THAT(
      named(memory_checks(Host(described.root())), "memory"),
      AllOf(is(State::note), found("2000.0 GiB, a control group allows 8.0 GiB"), explains_itself));
}

TEST(Doctor, ASetOfCpus) {
  DescribedHost described;
  described.file("proc/self/status", "Cpus_allowed_list:\t0-47,96-143\n");
  EXPECT_THAT(
      named(cpu_checks(Host(described.root())), "CPUs"),
      AllOf(is(State::note), found("192 online, 96 may be used (0-47,96-143)"), explains_itself));
}

TEST(Doctor, SettingsThatMakeMeasurementsUnsteady) {
  DescribedHost described;
  described.file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
  described.file("sys/devices/system/clocksource/clocksource0/current_clocksource", "xen\n");
  described.file("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0\n");
  described.file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
  described.file("proc/sys/kernel/numa_balancing", "1\n");
  described.file("proc/loadavg", "96.20 40.1 30.0 97/2000 4711\n");
  described.file("proc/sys/kernel/perf_event_paranoid", "4\n");
  described.limits("unlimited", "256");
  described.remove("run/systemd/system");
  described.remove("sys/class/dmi");
  const Checks checks = everything_but_libraries(described);
  EXPECT_THAT(named(checks, "governor"), found("performance on 1 CPUs, powersave on 1 CPUs"));
  for (const char* name :
       {"governor", "clock source", "huge pages", "NUMA balancing", "load", "performance counters",
        "open files", "scheduled runs", "instance type"}) {
    EXPECT_THAT(named(checks, name), AllOf(is(State::note), explains_itself)) << name;
  }
  EXPECT_EQ(worst(checks), State::note);
}

TEST(Doctor, LibrariesThatNothingNeedsAreNotLacking) {
  const DescribedHost described;
  const Checks checks = library_checks(Host(described.root()), {});
  EXPECT_THAT(named(checks, "libcuda.so.1"),
              AllOf(is(State::note), found("nothing here needs it")));
  EXPECT_THAT(named(checks, "libhwloc.so.15"), AllOf(is(State::lacks), explains_itself));
}

TEST(Doctor, LibrariesThatTheGpusNeed) {
  DescribedHost described;
  described.becomes_p5();
  const Checks checks = library_checks(Host(described.root()), {});
  for (const char* name : {"libcuda.so.1", "libnvidia-ml.so.1", "libcublasLt.so.13", "libnccl.so.2",
                           "libfabric.so.1"}) {
    EXPECT_THAT(named(checks, name), AllOf(is(State::lacks), explains_itself)) << name;
  }
}

TEST(Doctor, ALibraryOfTheHostAndItsVersion) {
  DescribedHost described;
  described.file("usr/lib64/placeholder", "");
  std::filesystem::copy_file(VERSIONED_LIBRARY, described.root() / "usr/lib64/libnccl.so.2");
  EXPECT_THAT(named(library_checks(Host(described.root()), {}), "libnccl.so.2"),
              AllOf(is(State::ok), found("2.28.9, "), found("/usr/lib64/libnccl.so.2")));
}

TEST(Doctor, AnOverriddenLibrary) {
  const DescribedHost described;
  const Host host(described.root());
  EXPECT_THAT(named(library_checks(host, {{"libcuda", VERSIONED_LIBRARY}}), "libcuda.so.1"),
              AllOf(is(State::ok), found("CUDA 12.8, driver")));
  EXPECT_THAT(named(library_checks(host, {{"libcuda", "/nowhere/libcuda.so.1"}}), "libcuda.so.1"),
              AllOf(is(State::lacks), found("/nowhere/libcuda.so.1"), explains_itself));
  EXPECT_THAT(
      named(library_checks(host, {{"libnvidia-ml", VERSIONED_LIBRARY}}), "libnvidia-ml.so.1"),
      AllOf(is(State::lacks), found("has no function nvmlInit_v2")));
}

TEST(Doctor, AResultsFolderThatIsNotThereYet) {
  DescribedHost described;
  const Host host(described.root());
  const Check room = named(results_checks(host, described.root() / "a/b"), "room");
  EXPECT_THAT(room.found, HasSubstr("GB free in " + described.root().string()));
}

TEST(Doctor, ARunThatIsGoingOnAndOneThatWasKilled) {
  DescribedHost described;
  const Host host(described.root());
  EXPECT_THAT(named(results_checks(host, "/tmp"), "lock"), is(State::ok));
  described.file("run/lock/plumbline.lock",
                 "pid=4711;since=2026-11-24T10:33:35.123Z;run=/results/runs/a\n");
  EXPECT_THAT(named(results_checks(host, "/tmp"), "lock"),
              AllOf(is(State::note), found("was killed (process 4711)"),
                    mend("plumbline resume /results/runs/a"), explains_itself));
  described.file("proc/4711/comm", "plumbline\n");
  EXPECT_THAT(named(results_checks(host, "/tmp"), "lock"),
              AllOf(is(State::note), found("a run is going on: process 4711"), explains_itself));
}

TEST(Doctor, CountsCpus) {
  EXPECT_EQ(count_cpus("0-3,8,10-11"), 7u);
  EXPECT_EQ(count_cpus("0"), 1u);
  EXPECT_EQ(count_cpus(""), 0u);
}

// ---- What it prints

const Checks two_checks = {
    {"GPU", "GPUs", State::ok, "8 (10de:2330)", "", ""},
    {"fabric", "memlock limit", State::lacks, "64 KiB", "registration fails", "ulimit -l"}};

TEST(DoctorText, PutsWhyAndMendBelowWhatLacks) {
  EXPECT_EQ(as_text("node7", two_checks),
            "GPU\n"
            "  ok     GPUs           8 (10de:2330)\n"
            "\n"
            "fabric\n"
            "  lacks  memlock limit  64 KiB\n"
            "           why:   registration fails\n"
            "           mend:  ulimit -l\n"
            "\n"
            "node7: 1 ok, 0 to note, 1 lacking: memlock limit\n");
}

TEST(DoctorText, AsJson) {
  const auto json = nlohmann::json::parse(as_json("node7", two_checks));
  EXPECT_EQ(json["host"], "node7");
  EXPECT_EQ(json["state"], "lacks");
  EXPECT_EQ(json["checks"][1]["mend"], "ulimit -l");
  EXPECT_EQ(json["checks"][0]["state"], "ok");
}

// ---- The program

struct Ended {
  int code;
  std::string output;
};

Ended run_doctor(const std::string& arguments) {
  FILE* pipe = popen((std::string(DOCTOR) + ' ' + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, "popen failed"};
  std::string output;
  std::array<char, 4096> block{};
  for (std::size_t size = 0; (size = fread(block.data(), 1, block.size(), pipe)) != 0;) {
    output.append(block.data(), size);
  }
  return {WEXITSTATUS(pclose(pipe)), output};
}

TEST(DoctorProgram, EndsWith3WhenSomethingIsLacking) {
  DescribedHost described;
  described.becomes_p5();
  described.limits("65536", "65536");
  described.remove("proc/driver");
  described.remove("sys/module/efa");
  const Ended ended = run_doctor("--root " + described.root().string() + " --results /tmp");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.output, HasSubstr("lacking: NVIDIA driver, efa module, memlock limit, "));
}

TEST(DoctorProgram, EndsWith0OnACpuNode) {
  DescribedHost described;
  std::filesystem::create_directories(described.root() / "usr/lib64");
  std::filesystem::copy_file(VERSIONED_LIBRARY, described.root() / "usr/lib64/libhwloc.so.15");
  const Ended ended = run_doctor("--json --results /tmp --root " + described.root().string());
  EXPECT_EQ(ended.code, 0) << ended.output;
  EXPECT_EQ(nlohmann::json::parse(ended.output)["state"], "note");
}

TEST(DoctorProgram, EndsWith2ForALibraryWithoutAFile) {
  EXPECT_EQ(run_doctor("--library libcuda").code, 2);
}

}  // namespace
}  // namespace plumbline
