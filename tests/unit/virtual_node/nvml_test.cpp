#include "probes/vendor/nvml.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "probes/gpu/gpu_watch.h"
#include "probes/vendor/cuda_owners.h"
#include "probes/virtual_node/work_log.h"

namespace plumbline::nvml {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// ctest runs each test in a process of its own, and a process has one machine: a library is opened
/// once, wherever it is opened.
class VirtualNvml : public ::testing::Test {
 protected:
  const Session session_{
      open_library(std::string(MACHINES) + "/nvlink_errors_gpu3/libnvidia-ml.so.1")};
};

TEST_F(VirtualNvml, NamesItsGpusAsTheBusDoes) {
  const auto gpus = session_.gpus();
  ASSERT_THAT(gpus, SizeIs(8));
  EXPECT_EQ(gpus[3].pci_address(), "0000:86:00.0");
  EXPECT_EQ(*session_.at("0000:86:00.0")->uuid(), "GPU-76000000-0000-0000-0000-000000000003");
  EXPECT_EQ(session_.at("0000:01:00.0").status(), Status::not_found);
  EXPECT_EQ(*session_.driver_version(), "580.95.05");
}

TEST_F(VirtualNvml, TellsLinksAndTheirErrors) {
  const Gpu gpu = *session_.at("0000:86:00.0");
  EXPECT_EQ(*gpu.nvlinks(), 18U);
  EXPECT_FALSE(*gpu.nvlink_is_up(5));
  EXPECT_TRUE(*gpu.nvlink_is_up(6));
  EXPECT_EQ(gpu.nvlink_is_up(18).status(), Status::invalid_argument);
  EXPECT_EQ(*gpu.nvlink_errors(7, NvLinkError::replay), 12U);
  EXPECT_EQ(gpu.nvlink_errors(7, NvLinkError::ecc_data).status(), Status::not_supported);
}

TEST_F(VirtualNvml, EachFieldHasAStatusOfItsOwn) {
  const Gpu gpu = *session_.at("0000:53:00.0");
  EXPECT_EQ(*gpu.field(field::recovery_action), 0U);
  const auto unknown = gpu.field(field::nvlink_receive_errors);
  EXPECT_EQ(unknown.status(), Status::not_supported);
  EXPECT_THAT(unknown.reason(), HasSubstr("field 208: not supported (3)"));
}

TEST_F(VirtualNvml, RefusesAStructureOfAnotherVersion) {
  const auto& call = session_.functions().fabric;
  FabricInfo info{};
  info.version = struct_version<FabricInfo>(9);
  const DeviceHandle gpu = session_.gpus()[0].handle();
  EXPECT_EQ(call.status(gpu, &info), Status::argument_version_mismatch);
  EXPECT_EQ(*session_.gpus()[0].fabric().then([](const Fabric& f) { return f.health_mask; }),
            0xaaU);
}

TEST_F(VirtualNvml, WithoutCudaItsGpusAreIdle) {
  const Gpu gpu = session_.gpus()[0];
  EXPECT_EQ(*gpu.clock_reasons(), clock_reason::idle);
  EXPECT_EQ(*gpu.power_w(), 75);
  EXPECT_EQ(*gpu.power_limit_w(), 700);
  EXPECT_EQ(*gpu.clock_mhz(Clock::multiprocessor), 345);
  EXPECT_EQ(*gpu.max_clock_mhz(Clock::multiprocessor), 1980);
  EXPECT_THAT(*gpu.processes(), IsEmpty());
}

TEST_F(VirtualNvml, EventsAreHeardFromTheirRegistrationOn) {
  const EventSet events(session_, session_.gpus());
  EXPECT_THAT(events.heard(), IsEmpty());
}

TEST(VirtualNvmlWithCuda, HearsAnErrorThatComesOfWork) {
  const std::string machine = std::string(MACHINES) + "/growing_errors";
  const cuda::Driver driver(cuda::open_library(machine + "/libcuda.so.1"));
  const cuda::Context context(driver, driver.devices()[2].number);
  const Session session(open_library(machine + "/libnvidia-ml.so.1"));
  const EventSet events(session, session.gpus());
  EXPECT_THAT(events.heard(), IsEmpty());
  const Gpu gpu = *session.at(driver.devices()[2].pci_address);
  // Idle it draws 75 W, and each of these takes the host 50 us: the 100 J of the machine file.
  while (*gpu.energy_j() < 100) {
    for (int i = 0; i < 1000; ++i) cuda::DeviceMemory(context, 4096);
  }
  const auto heard = events.heard();
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_EQ(heard[0].device, gpu.handle());
  EXPECT_EQ(heard[0].type, event_type::xid);
  EXPECT_EQ(heard[0].data, 94U);
  EXPECT_THAT(events.heard(), IsEmpty()) << "each is told once";
}

TEST(GpuWatch, SaysHowAGpuWasAndWhatIsNotTold) {
  const auto session = std::make_shared<const Session>(
      open_library(std::string(MACHINES) + "/nvlink_errors_gpu3/libnvidia-ml.so.1"));
  double now = 10;
  GpuWatch watch({session, ""}, "0000:53:00.0", [&] { return now; });
  now = 12;
  watch.look();
  now = 14;
  const Conditions found = watch.finish();
  EXPECT_EQ(found.seconds, 4);
  EXPECT_EQ(found.looks, 3U);
  EXPECT_EQ(found.power_w->mean, 75);
  EXPECT_EQ(*found.pcie_generation, 5U);
  EXPECT_EQ(*found.pcie_width, 16U);
  EXPECT_EQ(*found.power_capped_s, 0);
  EXPECT_FALSE(found.hardware_slowed());
  EXPECT_EQ(found.absent, "");
}

TEST(GpuWatch, CountsFromWhereItBeginsAndKeepsAllLooks) {
  double now = 10;
  GpuWatch watch({nullptr, "no library"}, "0000:53:00.0", [&] { return now; });
  now = 12;
  watch.look();
  now = 13;
  watch.begin();
  now = 16;
  const Conditions found = watch.finish();
  EXPECT_EQ(found.seconds, 3);
  EXPECT_EQ(found.looks, 2U);
  ASSERT_EQ(watch.looks().size(), 4U);
  EXPECT_EQ(watch.looks()[1].at, 12);
}

TEST(GpuWatch, WithoutNvmlEverythingIsAbsentWithItsReason) {
  GpuWatch watch({nullptr, "no library"}, "0000:53:00.0", [] { return 1.0; });
  watch.look();
  const Conditions found = watch.finish();
  EXPECT_EQ(found.absent, "no library");
  EXPECT_EQ(found.clock_mhz, std::nullopt);
  EXPECT_EQ(found.mean_power_w(), std::nullopt);
}

TEST(WorkLog, RemembersOnlyWhereThereIsAFolder) {
  using virtual_node::Work;
  std::string name = (fs::temp_directory_path() / "work_log_XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const virtual_node::WorkLog log(name);
  log.append({Work{.energy_j = 1}});
  EXPECT_EQ(log.read(1)[0].energy_j, 0);
  fs::create_directory(fs::path(name) / "state");
  log.append({Work{.energy_j = 1500, .nvlink_sent_bytes = 1.5e9, .nvlink_received_bytes = 0.5e9},
              Work{.pcie_bytes = 0.1}});
  log.append({Work{.energy_j = 500}, Work{}});
  const auto work = log.read(2);
  EXPECT_EQ(work[0].amount(virtual_node::Per::kilojoule), 2);
  EXPECT_EQ(work[0].amount(virtual_node::Per::nvlink_gigabyte), 2);
  EXPECT_EQ(work[1].pcie_bytes, 0.1) << "exactly: a run repeats";
  fs::remove_all(name);
}

}  // namespace
}  // namespace plumbline::nvml
