// What probes rely on, through the types that probes use: the virtual driver opened as they open
// it.

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "probes/vendor/cuda_owners.h"
#include "probes/vendor/stand_in.h"

extern "C" const std::byte plumbline_gpu_memory_device_code[];
extern "C" const std::byte plumbline_gpu_memory_device_code_end[];

namespace plumbline::cuda {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string library_of(const std::string& machine) {
  return std::string(MACHINES) + '/' + machine + "/libcuda.so.1";
}

/// The healthy machine: one per process, as with a driver.
const Driver& driver() {
  static const Driver opened(open_library(library_of("p5.48xlarge")));
  return opened;
}

std::span<const std::byte> image() {
  return {plumbline_gpu_memory_device_code, plumbline_gpu_memory_device_code_end};
}

/// The PTX that stands behind the shipped binaries.
std::string shipped_ptx() {
  const std::string_view all(reinterpret_cast<const char*>(image().data()), image().size());
  const std::size_t version = all.rfind("\n.version ");
  return std::string(all.substr(all.rfind('\0', version) + 1));
}

/// An image whose fatbin is empty, with that PTX.
std::vector<std::byte> image_without_binaries(const std::string& ptx) {
  std::vector<std::byte> code(image().begin(),
                              image().begin() + 8);  // magic, version, header's size
  code.resize(16);                                   // nothing follows
  for (const char letter : ptx) code.push_back(std::byte{static_cast<unsigned char>(letter)});
  if (!ptx.empty()) code.push_back(std::byte{0});
  return code;
}

Status status_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const VendorError& error) {
    return static_cast<Status>(error.code());
  }
  return Status::success;
}

TEST(VirtualCuda, SaysThatItStandsIn) {
  const auto machine = stand_in(driver().library());
  ASSERT_TRUE(machine);
  EXPECT_EQ(machine->instance_type, "p5.48xlarge");
  EXPECT_THAT(machine->gpu_addresses, SizeIs(8));
}

TEST(VirtualCuda, DescribesTheMachine) {
  const auto devices = driver().devices();
  ASSERT_THAT(devices, SizeIs(8));
  EXPECT_EQ(devices[5].name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(devices[5].pci_address, "0000:a8:00.0");
  EXPECT_EQ(devices[5].multiprocessors, 132U);
  EXPECT_EQ(devices[5].capability_major, 9U);
  EXPECT_NEAR(devices[5].peak_bytes_per_s(), 3.352e12, 1e9);
}

TEST(VirtualCuda, CopiesThereAndBack) {
  const Context context(driver(), 0);
  const Stream stream(context);
  const PinnedMemory host(context, 64);
  const DeviceMemory memory(context, 64);
  host.as<int>()[3] = 7;
  context.call().copy_to_device(memory.address(), host.data(), 64, stream.handle());
  stream.synchronize();
  host.as<int>()[3] = 0;
  context.call().copy_to_host(host.data(), memory.address(), 64, stream.handle());
  EXPECT_EQ(host.as<int>()[3], 0) << "nothing has arrived before the stream is waited for";
  stream.synchronize();
  EXPECT_EQ(host.as<int>()[3], 7);
}

TEST(VirtualCuda, EventsTimeWhatLiesBetween) {
  const Context context(driver(), 0);
  const Stream stream(context);
  const Event start(context), stop(context);
  const DeviceMemory memory(context, std::size_t{1} << 30);
  start.record(stream);
  context.call().fill_bytes(memory.address(), 0, memory.bytes(), stream.handle());
  stop.record(stream);
  EXPECT_EQ(status_of([&] { stop.seconds_since(start); }), Status::not_ready);
  stop.synchronize();
  EXPECT_NEAR(stop.seconds_since(start), (1 << 30) / 2.665e12, 5e-6);
}

TEST(VirtualCuda, AnEventThatWasNotRecordedHasNoTime) {
  const Context context(driver(), 0);
  const Event start(context), stop(context);
  EXPECT_EQ(status_of([&] { stop.seconds_since(start); }), Status::invalid_handle);
}

TEST(VirtualCuda, RunsTheShippedKernels) {
  const Context context(driver(), 0);
  const Module code(context, image());
  const Stream stream(context);
  const DeviceMemory memory(context, std::size_t{16} * 1000);
  const PinnedMemory host(context, memory.bytes());
  code.kernel("write").launch(stream, {4, 256}, memory.address(), 1U, std::size_t{1000});
  context.call().copy_to_host(host.data(), memory.address(), memory.bytes(), stream.handle());
  stream.synchronize();
  float sum = 0;
  for (const float value : host.as<float>()) sum += value;
  EXPECT_NEAR(sum / 4000, 31.5, 1) << "whole numbers from 0 to 63";
}

TEST(VirtualCuda, PtxIsCompiledWhereNoBinaryIsTaken) {
  const Context context(driver(), 0);
  const auto loads = [&](const std::vector<std::byte>& code) {
    return status_of([&] { const Module module(context, code); });
  };
  EXPECT_EQ(loads(image_without_binaries("")), Status::no_binary_for_gpu);
  EXPECT_EQ(loads(image_without_binaries(shipped_ptx())), Status::success);
  std::string newer = shipped_ptx();
  newer.replace(newer.find(".version 7.0"), 12, ".version 9.9");
  EXPECT_EQ(loads(image_without_binaries(newer)), Status::unsupported_ptx_version);

  const Module code(context, image_without_binaries(shipped_ptx()));
  const Stream stream(context);
  const DeviceMemory memory(context, 4096);
  code.kernel("write").launch(stream, {1, 256}, memory.address(), 1U, std::size_t{256});
  stream.synchronize();
}

TEST(VirtualCuda, MemoryRunsOut) {
  const Context context(driver(), 0);
  EXPECT_EQ(status_of([&] { DeviceMemory(context, std::size_t{81} << 30); }),
            Status::out_of_memory);
}

TEST(VirtualCuda, RefusesWhatARealDriverRefuses) {
  const Context context(driver(), 0);
  const Context other(driver(), 1);
  const Stream stream(context);
  const DeviceMemory memory(context, 4096);
  const Module code(context, image());
  const Functions& call = context.call();

  EXPECT_EQ(call.memory_free.status(memory.address() + 16), Status::invalid_value);
  EXPECT_EQ(call.fill_bytes.status(memory.address(), 0, 4097, stream.handle()),
            Status::invalid_value);
  EXPECT_EQ(call.stream_synchronize.status(reinterpret_cast<StreamHandle>(0x10)),
            Status::invalid_handle);
  int value = 0;
  EXPECT_EQ(call.device_attribute.status(&value, static_cast<Attribute>(255), 0),
            Status::invalid_value);
  EXPECT_EQ(status_of([&] { code.kernel("no_such_kernel"); }), Status::not_found);
  EXPECT_EQ(status_of([&] {
              code.kernel("write").launch(stream, {1, 2048}, memory.address(), 1U, std::size_t{1});
            }),
            Status::invalid_value);
  other.call();
  EXPECT_EQ(driver().call().stream_synchronize.status(stream.handle()), Status::invalid_context);
  driver().call().set_context(nullptr);
  DeviceAddress address = 0;
  EXPECT_EQ(driver().call().memory_allocate.status(&address, 16), Status::invalid_context);
}

TEST(VirtualCuda, AnImageForNoSuchGpuIsRefused) {
  const Context context(driver(), 0);
  const char nothing[64] = "not a fatbin";
  EXPECT_EQ(status_of([&] { Module(context, std::as_bytes(std::span(nothing))); }),
            Status::invalid_image);
}

/// Each loses a GPU for the rest of the process, so each has one of its own.
TEST(VirtualCuda, ReachingPastAnAllocationLosesTheGpu) {
  const Context context(driver(), 5);
  const Module code(context, image());
  const Stream stream(context);
  const DeviceMemory memory(context, 4096);
  code.kernel("write").launch(stream, {1, 256}, memory.address(), 1U, std::size_t{4096});
  EXPECT_EQ(status_of([&] { stream.synchronize(); }), Status::illegal_address);
  EXPECT_EQ(status_of([&] { DeviceMemory(context, 16); }), Status::illegal_address)
      << "the error stays";
}

TEST(VirtualCuda, ReachingAPeerWithoutLeaveLosesTheGpu) {
  const Context context(driver(), 6);
  const Context other(driver(), 4);
  const DeviceMemory far(other, 4096);
  const Module code(context, image());
  const Stream stream(context);
  code.kernel("write").launch(stream, {1, 256}, far.address(), 1U, std::size_t{16});
  EXPECT_EQ(status_of([&] { stream.synchronize(); }), Status::illegal_address);
}

TEST(VirtualCuda, ACrookedPointerLosesTheGpu) {
  const Context context(driver(), 7);
  const Module code(context, image());
  const Stream stream(context);
  const DeviceMemory memory(context, 4096);
  code.kernel("write").launch(stream, {1, 256}, memory.address() + 4, 1U, std::size_t{16});
  EXPECT_EQ(status_of([&] { stream.synchronize(); }), Status::misaligned_address);
}

}  // namespace
}  // namespace plumbline::cuda
