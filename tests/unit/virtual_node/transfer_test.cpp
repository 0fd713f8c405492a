// How data moves on the virtual node, through the types that probes use.

#include <gmock/gmock.h>

#include "probes/gpu/gate.h"
#include "probes/gpu/pinned_on_node.h"
#include "probes/gpu/transfer_code.h"
#include "tests/byte_sizes.h"

namespace plumbline {
namespace {

std::shared_ptr<const cuda::Driver> driver() {
  static const auto opened = std::make_shared<const cuda::Driver>(
      cuda::open_library(std::string(MACHINES) + "/p5.48xlarge/libcuda.so.1"));
  return opened;
}

std::shared_ptr<const Workbench> bench_of(std::size_t gpu) {
  return std::make_shared<const Workbench>(
      driver(), CudaGpu{"gpu" + std::to_string(gpu), driver()->devices()[gpu], std::nullopt},
      transfer_code());
}

/// Seconds of a copy alone.
double seconds_of_copy(const Workbench& bench, cuda::DeviceAddress to, cuda::DeviceAddress from,
                       std::size_t bytes) {
  return bench.timed([&] { bench.context.call().copy(to, from, bytes, bench.stream.handle()); });
}

TEST(Gate, NothingBehindItRunsBeforeItOpens) {
  const auto bench = bench_of(0);
  Gate gate(*bench);
  const cuda::DeviceMemory memory(bench->context, mebibyte);
  gate.close(bench->stream);
  bench->start.record(bench->stream);
  for (int i = 0; i < 20; ++i) {
    bench->context.call().fill_bytes(memory.address(), 0, memory.bytes(), bench->stream.handle());
  }
  bench->stop.record(bench->stream);
  EXPECT_FALSE(bench->start.done());
  gate.open();
  bench->stop.synchronize();
  gate.check();
  EXPECT_NEAR(bench->stop.seconds_since(bench->start), 20 * (1.8e-6 + mebibyte / 2.665e12), 1e-6)
      << "what the host needs to queue them does not show";
}

TEST(Gate, OneThatIsForgottenOpensByItselfAndSaysSo) {
  const auto bench = bench_of(0);
  Gate gate(*bench);
  gate.close(bench->stream);
  bench->stream.synchronize();
  EXPECT_THROW(gate.check(), std::runtime_error);
}

TEST(Gate, AKernelThatIsNotLoadedIsRefusedBehindIt) {
  const auto bench = bench_of(0);
  Gate gate(*bench);
  const cuda::DeviceMemory memory(bench->context, mebibyte);
  gate.close(bench->stream);
  EXPECT_THROW(
      bench->code.kernel("fill_places")
          .launch(bench->stream, cuda::Grid{1, 256}, memory.address(), 1ULL, std::size_t{16}),
      VendorError)
      << "on a real driver the launch would wait for the gate, and the gate for the host";
  gate.open();
  bench->stream.synchronize();
}

TEST(Transfer, WithoutPeerAccessACopyGoesThroughTheHost) {
  const auto one = bench_of(1), other = bench_of(2);
  const cuda::DeviceMemory from(one->context, 256 * mebibyte), to(other->context, from.bytes());
  const double bytes = static_cast<double>(from.bytes());
  EXPECT_NEAR(bytes / seconds_of_copy(*one, to.address(), from.address(), from.bytes()), 13.4e9,
              0.1e9);
  const cuda::PeerAccess access(one->context, other->context);
  EXPECT_NEAR(bytes / seconds_of_copy(*one, to.address(), from.address(), from.bytes()), 396e9,
              3e9);
}

TEST(Transfer, WhoeverAsksForOneAfterTheOtherOnlyWaits) {
  const auto one = bench_of(1), other = bench_of(2);
  std::vector<std::unique_ptr<cuda::DeviceMemory>> memories;
  for (const auto& bench : {one, other}) {
    memories.push_back(std::make_unique<cuda::DeviceMemory>(bench->context, 256 * mebibyte));
    for (int i = 0; i < 100; ++i) {
      bench->context.call().fill_bytes(memories.back()->address(), 0, memories.back()->bytes(),
                                       bench->stream.handle());
    }
    bench->stop.record(bench->stream);
  }
  int looks = 0;
  for (bool done = false; !done; ++looks) {
    const bool of_one = one->stop.done(), of_other = other->stop.done();
    done = of_one && of_other;
  }
  EXPECT_LT(looks, 1000) << "not one for every 250 ns that pass";
}

TEST(Transfer, RegisteredMemoryIsThatOfTheProgram) {
  const auto bench = bench_of(3);
  const PinnedOnNode pinned(bench, 4 * mebibyte, std::nullopt);
  const auto words = reinterpret_cast<unsigned*>(pinned.memory().data());
  words[1000] = 17;
  const cuda::DeviceMemory memory(bench->context, pinned.memory().size());
  const auto& call = bench->context.call();
  call.copy(memory.address(), pinned.address(bench->context), memory.bytes(),
            bench->stream.handle());
  bench->stream.synchronize();
  words[1000] = 0;
  call.copy(pinned.address(bench->context), memory.address(), memory.bytes(),
            bench->stream.handle());
  bench->stream.synchronize();
  EXPECT_EQ(words[1000], 17U);
}

TEST(Transfer, MemoryIsRegisteredOnceAndWhole) {
  const auto bench = bench_of(3);
  const PinnedOnNode pinned(bench, 4 * mebibyte, std::nullopt);
  const auto& call = bench->context.call();
  EXPECT_EQ(static_cast<int>(call.host_register.status(pinned.memory().data(), mebibyte, 0)), 712);
  EXPECT_EQ(call.host_free.status(pinned.memory().data()), cuda::Status::invalid_value);
  std::vector<std::byte> crooked(4096);
  EXPECT_EQ(call.host_register.status(crooked.data() + 1, 100, 0), cuda::Status::invalid_value);
}

TEST(Transfer, WhatHangsIsGivenUpWithinTheLimit) {
  const auto hanging = std::make_shared<const cuda::Driver>(
      cuda::open_library(std::string(MACHINES) + "/kernel_hangs_gpu4/libcuda.so.1"), 60, 0.05);
  const Workbench bench(hanging, CudaGpu{"gpu4", hanging->devices()[4], std::nullopt},
                        transfer_code());
  const cuda::DeviceMemory memory(bench.context, mebibyte);
  bench.code.kernel("copy_places")
      .launch(bench.stream, cuda::Grid{1, 256}, memory.address(), memory.address(),
              std::size_t{16});
  EXPECT_THROW(bench.stream.synchronize(), cuda::Hung);
  EXPECT_THROW(bench.context.call(), cuda::Hung) << "and nothing is tried with it afterwards";
}

}  // namespace
}  // namespace plumbline
