#include "probes/efa/gpu_memory.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "probes/efa/find_rails.h"
#include "probes/efa/rail_end.h"
#include "probes/efa/worker_process.h"

// The GPUs of a virtual machine; their memory is no memory of this process.

namespace plumbline::efa {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* libcuda = MACHINES "/p5.48xlarge/libcuda.so.1";
constexpr const char* gpu3 = "0000:86:00.0";
constexpr std::size_t mib = std::size_t{1} << 20;

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(GpuMemory, HoldsThePatternAndShowsWhatDiffers) {
  const auto source = gpu_memory(libcuda, gpu3);
  const auto memory = source->get(40 * mib);  // more than is copied at once
  const std::span<std::byte> bytes = memory->bytes();
  ASSERT_GE(bytes.size(), 40 * mib);
  memory->fill(bytes.first(36 * mib), 7);
  EXPECT_EQ(memory->wrong_bytes(bytes.first(36 * mib), 7).count, 0);
  EXPECT_THAT(memory->wrong_bytes(bytes.first(36 * mib), 8).first, HasSubstr("byte 0 is"));

  memory->wipe(bytes.subspan(17 * mib, 4096));
  const WrongBytes wrong = memory->wrong_bytes(bytes.first(36 * mib), 7);
  EXPECT_THAT(wrong.first, HasSubstr("byte 17825792 is 0x00"));
  EXPECT_EQ(wrong.count, 4096);
  memory->wipe(bytes.first(0));
  memory->fill(bytes.first(0), 1);
  EXPECT_EQ(memory->wrong_bytes(bytes.first(0), 1).count, 0);
}

TEST(GpuMemory, OfAGpuThatIsNotThere) {
  EXPECT_EQ(message_of([] { gpu_memory(libcuda, "0000:01:00.0"); }),
            "the CUDA driver has no GPU at 0000:01:00.0");
  EXPECT_THAT(message_of([] { gpu_memory("/nowhere/libcuda.so.1", gpu3); }),
              HasSubstr("/nowhere/libcuda.so.1"));
}

/// Debian's libfabric knows nothing of CUDA: that is said, and memory of the host is not taken in
/// the GPU's place.
TEST(GpuMemory, ThatLibfabricDoesNotTake) {
  OpenOrder order;
  order.provider = "tcp;ofi_rxm";
  order.source = "127.0.0.1";
  order.gpu = gpu3;
  order.libcuda = libcuda;
  EXPECT_THAT(message_of([&] { RailEnd(order).allot(mib, mib); }), HasSubstr("GPU"));
}

TEST(FindRails, WithTheirGpus) {
  Node node;
  node.devices.push_back({.kind = DeviceKind::gpu, .subject = "gpu0"});
  node.devices.back().address.bus = 0x53;
  LocalCrew crew(this_program());
  const RailChoice choice{.names = {"lo"}, .gpu_memory = true, .libcuda = "here"};
  const HostRails rails = find_rails(crew, node, choice);
  ASSERT_THAT(rails.rails, SizeIs(1)) << rails.why_none;
  EXPECT_EQ(rails.rails[0].gpu, "gpu0");
  EXPECT_EQ(rails.rails[0].open.gpu, "0000:53:00.0");
  EXPECT_EQ(rails.rails[0].open.libcuda, "here");

  const HostRails without = find_rails(crew, {}, choice);
  EXPECT_THAT(without.rails, IsEmpty());
  EXPECT_EQ(without.why_none, "this host has no GPU");
  EXPECT_FALSE(without.none_is_a_fault);
}

}  // namespace
}  // namespace plumbline::efa
