// Memory that a program maps itself, and multicast objects, through the types that probes use.

#include <gmock/gmock.h>

#include "probes/gpu/transfer_code.h"
#include "probes/gpu/workbench.h"
#include "probes/vendor/cuda_multicast.h"
#include "tests/byte_sizes.h"

namespace plumbline {
namespace {

using cuda::Status;

constexpr std::size_t size = 512 * mebibyte;

class VirtualMemory : public ::testing::Test {
 protected:
  std::shared_ptr<const cuda::Driver> driver_ = std::make_shared<const cuda::Driver>(
      cuda::open_library(std::string(MACHINES) + "/p5.48xlarge/libcuda.so.1"));
  const cuda::Functions& call_ = driver_->call();
  const Workbench one_ = bench(0), other_ = bench(1);

  Workbench bench(std::size_t gpu) const {
    return Workbench(driver_,
                     CudaGpu{"gpu" + std::to_string(gpu), driver_->devices()[gpu], std::nullopt},
                     transfer_code());
  }
  cuda::AllocationProperties of(const Workbench& bench) const {
    cuda::AllocationProperties properties;
    properties.location.id = bench.context.device();
    properties.handle_types = cuda::HandleType::file_descriptor;
    return properties;
  }
  cuda::AllocationHandle object(unsigned devices) const {
    const cuda::MulticastProperties properties{devices, size, 1, 0};
    cuda::AllocationHandle handle = 0;
    call_.multicast_create(&handle, &properties);
    return handle;
  }
  std::size_t free_bytes(const Workbench& bench) const {
    std::size_t free = 0, total = 0;
    bench.context.call().memory_info(&free, &total);
    return free;
  }
  /// What a kernel that writes there comes to.
  Status write(const Workbench& bench, cuda::DeviceAddress to) const {
    bench.code.kernel("fill_places")
        .launch(bench.stream, cuda::Grid{1, 256}, to, 1ULL, std::size_t{16});
    return bench.context.call().stream_synchronize.status(bench.stream.handle());
  }
};

TEST_F(VirtualMemory, IsThereOnceMappedAndGoneAfterwards) {
  const std::size_t before = free_bytes(one_);
  {
    const cuda::PhysicalMemory memory(one_.context, size);
    EXPECT_EQ(free_bytes(one_), before - size);
    const cuda::Mapping mapping(memory);
    EXPECT_EQ(write(one_, mapping.address()), Status::success);
    EXPECT_EQ(write(one_, mapping.address() + size - std::size_t{16} * 16), Status::success);
  }
  EXPECT_EQ(free_bytes(one_), before);
}

TEST_F(VirtualMemory, HandlesMayGoBeforeTheMapping) {
  const std::size_t before = free_bytes(one_);
  auto memory = std::make_unique<cuda::PhysicalMemory>(one_.context, size);
  const cuda::Mapping mapping(*memory);
  memory.reset();
  EXPECT_EQ(free_bytes(one_), before - size);
  EXPECT_EQ(write(one_, mapping.address()), Status::success);
}

TEST_F(VirtualMemory, IsNotReachedByAGpuThatWasNotGivenAccess) {
  const cuda::PhysicalMemory memory(one_.context, size);
  const cuda::Mapping mapping(memory);
  const cuda::PeerAccess access(other_.context, one_.context);
  EXPECT_EQ(write(other_, mapping.address()), Status::illegal_address)
      << "peer access does not hold for it";
}

TEST_F(VirtualMemory, IsNotReachedWhereNothingIsMapped) {
  cuda::DeviceAddress address = 0;
  call_.address_reserve(&address, size, 0, 0, 0);
  EXPECT_EQ(write(one_, address), Status::illegal_address);
}

TEST_F(VirtualMemory, IsOfWholeSteps) {
  const auto properties = of(one_);
  std::size_t step = 0;
  call_.allocation_granularity(&step, &properties, cuda::Granularity::minimum);
  cuda::AllocationHandle handle = 0;
  EXPECT_EQ(call_.memory_create.status(&handle, step / 2, &properties, 0), Status::invalid_value);
  const cuda::PhysicalMemory memory(one_.context, size);
  EXPECT_EQ(call_.memory_free.status(cuda::Mapping(memory).address()), Status::invalid_value)
      << "it is not cuMemAlloc's";
}

TEST_F(VirtualMemory, IsUnmappedBeforeItsAddressesAreFreed) {
  const cuda::PhysicalMemory memory(one_.context, size);
  const cuda::Mapping mapping(memory);
  EXPECT_EQ(call_.address_free.status(mapping.address(), size), Status::invalid_value);
  EXPECT_EQ(call_.memory_unmap.status(mapping.address(), size / 2), Status::invalid_value)
      << "only whole";
}

using Multicast = VirtualMemory;

TEST_F(Multicast, TakesMemoryWhenAllDevicesAreAdded) {
  const cuda::PhysicalMemory memory(one_.context, size);
  const auto handle = object(2);
  call_.multicast_add_device(handle, one_.context.device());
  EXPECT_EQ(call_.multicast_bind.status(handle, 0, memory.handle(), 0, size, 0),
            Status::invalid_value)
      << "a real driver would wait for the other one for ever";
  EXPECT_EQ(call_.multicast_add_device.status(handle, one_.context.device()),
            Status::invalid_value);
  call_.multicast_add_device(handle, other_.context.device());
  call_.multicast_bind(handle, 0, memory.handle(), 0, size, 0);
  EXPECT_EQ(call_.memory_release.status(handle), Status::invalid_value) << "unbind it first";
  call_.multicast_unbind(handle, one_.context.device(), 0, size);
  call_.memory_release(handle);
}

TEST_F(Multicast, TakesNoMemoryOfADeviceThatWasNotAdded) {
  const cuda::PhysicalMemory memory(other_.context, size);
  const auto handle = object(1);
  call_.multicast_add_device(handle, one_.context.device());
  EXPECT_EQ(call_.multicast_bind.status(handle, 0, memory.handle(), 0, size, 0),
            Status::invalid_value);
}

TEST_F(Multicast, IsOfWholeSteps) {
  const cuda::MulticastProperties crooked{2, mebibyte, 1, 0};
  cuda::AllocationHandle handle = 0;
  EXPECT_EQ(call_.multicast_create.status(&handle, &crooked), Status::invalid_value);
}

TEST_F(Multicast, IsForTheInstructionsThatAreMadeForIt) {
  const cuda::PhysicalMemory of_one(one_.context, size), of_other(other_.context, size);
  const cuda::MulticastObject object({&one_.context, &other_.context}, size);
  const cuda::MulticastBinding one(object, of_one), other(object, of_other);
  const cuda::Mapping mapping(object);
  const cuda::DeviceMemory source(one_.context, mebibyte);
  EXPECT_EQ(one_.context.call().copy.status(mapping.address(), source.address(), mebibyte,
                                            one_.stream.handle()),
            Status::not_supported);
  EXPECT_EQ(write(one_, mapping.address()), Status::illegal_address);
}

}  // namespace
}  // namespace plumbline
