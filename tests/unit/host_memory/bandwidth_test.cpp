#include "probes/host_memory/bandwidth.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <string>

namespace plumbline::host_memory {
namespace {

constexpr Operation all_operations[] = {Operation::read,    Operation::write,   Operation::write_nt,
                                        Operation::copy,    Operation::copy_nt, Operation::triad,
                                        Operation::triad_nt};

struct FreeLines {
  void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
};

/// Memory and threads for small arrays.
struct Bench {
  explicit Bench(std::size_t array_bytes = std::size_t{64} * 1000)
      : layout{array_bytes},
        storage(
            static_cast<std::byte*>(::operator new[](layout.total_bytes(), std::align_val_t{64}))),
        memory(storage.get(), layout.total_bytes()) {}

  double* array(std::size_t i) { return reinterpret_cast<double*>(&memory[layout.begin_of(i)]); }
  BandwidthWork work(Operation operation, const Kernels& k = kernels(choose_isa("auto"))) {
    return {operation, k, team, memory, layout};
  }

  ThreadTeam team{{0, 0, 0}};  // three threads on a CPU that every machine has
  ArrayLayout layout;
  std::unique_ptr<std::byte[], FreeLines> storage;
  std::span<std::byte> memory;
};

std::string reason_of(BandwidthWork& work) {
  try {
    work.verify();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

class EachOperation : public testing::TestWithParam<Operation> {};

TEST_P(EachOperation, IsRightWithEveryInstructionSet) {
  for (const Isa isa : available_isas()) {
    Bench bench;
    BandwidthWork work = bench.work(GetParam(), kernels(isa));
    EXPECT_GT(work.sample(), 0);
    EXPECT_GT(work.sample(), 0);
    EXPECT_NO_THROW(work.verify());
  }
}

TEST_P(EachOperation, WorksWhereThreadsHaveUnequalOrNoParts) {
  for (const std::size_t lines : {1U, 2U, 7U}) {
    Bench bench(64 * lines);
    BandwidthWork work = bench.work(GetParam());
    work.sample();
    EXPECT_NO_THROW(work.verify());
  }
}

TEST_P(EachOperation, TakesAsManyPassesAsTheSampleTimeAsksFor) {
  Bench bench;
  BandwidthWork work = bench.work(GetParam());
  work.set_sample_time(1e-3);
  double shortest = work.sample();  // another process may take the processor in one of them
  for (int i = 0; i < 50; ++i) shortest = std::min(shortest, work.sample());
  EXPECT_LT(shortest, 1e-3) << "seconds are those of one pass";
  EXPECT_NO_THROW(work.verify());
}

/// Memory goes bad after the last pass.
TEST_P(EachOperation, FindsOneWrongElementInAnyArrayInUse) {
  Bench bench;
  const std::size_t arrays = bytes_per_element(GetParam()) / sizeof(double);
  for (std::size_t array = 0; array < arrays; ++array) {
    for (const std::size_t at : {0U, 4321U, 7999U}) {
      BandwidthWork work = bench.work(GetParam());
      work.sample();
      bench.array(array)[at] += 1;
      EXPECT_THAT(reason_of(work), testing::HasSubstr(operation_names[GetParam()]))
          << "array " << array << ", element " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachOperation, testing::ValuesIn(all_operations),
                         [](const auto& tested) {
                           return std::string(operation_names[tested.param]);
                         });

/// Kernels that leave out the last line of each part.
constexpr std::size_t line = 8;
constexpr Kernels skipping{
    Isa::scalar,
    [](const double* s, std::size_t n) { return kernels(choose_isa("auto")).read(s, n - line); },
    [](double* t, std::size_t n, double v) { kernels(choose_isa("auto")).write(t, n - line, v); },
    [](double* t, std::size_t n, double v) {
      kernels(choose_isa("auto")).write_nt(t, n - line, v);
    },
    [](double* t, const double* s, std::size_t n) {
      kernels(choose_isa("auto")).copy(t, s, n - line);
    },
    [](double* t, const double* s, std::size_t n) {
      kernels(choose_isa("auto")).copy_nt(t, s, n - line);
    },
    [](double* t, const double* l, const double* r, std::size_t n, double s) {
      kernels(choose_isa("auto")).triad(t, l, r, n - line, s);
    },
    [](double* t, const double* l, const double* r, std::size_t n, double s) {
      kernels(choose_isa("auto")).triad_nt(t, l, r, n - line, s);
    },
};

TEST_P(EachOperation, FindsALineThatWasLeftOut) {
  Bench bench;
  BandwidthWork work = bench.work(GetParam(), skipping);
  if (GetParam() == Operation::read) {
    EXPECT_THROW(work.sample(), std::runtime_error);
  } else {
    work.sample();
    EXPECT_THROW(work.verify(), std::runtime_error);
  }
}

TEST(Bandwidth, FindsAPassThatWroteNothing) {
  static std::atomic<int> passes;
  passes = 0;
  static const Kernels good = kernels(choose_isa("auto"));
  Kernels lazy = good;
  lazy.write = [](double* t, std::size_t n, double v) {
    if (++passes <= 3) good.write(t, n, v);  // one pass of three threads
  };
  Bench bench;
  BandwidthWork work = bench.work(Operation::write, lazy);
  work.sample();
  EXPECT_NO_THROW(work.verify());
  work.sample();
  EXPECT_THAT(reason_of(work), testing::HasSubstr("found 1 "));
}

TEST(Bandwidth, SaysWhereAndWhatWasFoundAndExpected) {
  Bench bench;
  BandwidthWork work = bench.work(Operation::write);
  work.sample();
  bench.array(0)[100] = 5;
  EXPECT_THAT(reason_of(work),
              testing::AllOf(testing::HasSubstr("write: at 0x"),
                             testing::HasSubstr("found 5 (bits 0x4014000000000000)"),
                             testing::HasSubstr("expected 1 (bits 0x3ff0000000000000)")));
}

TEST(Bandwidth, FindsWrongReadData) {
  Bench bench;
  BandwidthWork work = bench.work(Operation::read);
  bench.array(0)[5000] += 1;
  EXPECT_THROW(work.sample(), std::runtime_error);
}

TEST(Bandwidth, RefusesMemoryThatIsTooSmall) {
  Bench bench;
  EXPECT_THROW(BandwidthWork(Operation::copy, kernels(choose_isa("auto")), bench.team,
                             bench.memory.first(1000), bench.layout),
               std::invalid_argument);
}

TEST(Bandwidth, CountsAsStreamDoes) {
  EXPECT_EQ(bytes_per_element(Operation::read), 8U);
  EXPECT_EQ(bytes_per_element(Operation::write_nt), 8U);
  EXPECT_EQ(bytes_per_element(Operation::copy), 16U);
  EXPECT_EQ(bytes_per_element(Operation::triad_nt), 24U);
}

TEST(ArrayLayout, KeepsArraysOfAnyPowerOfTwoApart) {
  for (std::size_t bits = 20; bits <= 36; ++bits) {
    const ArrayLayout layout{std::size_t{1} << bits};
    for (std::size_t i = 1; i < 3; ++i) {
      EXPECT_GE(layout.begin_of(i), layout.begin_of(i - 1) + layout.array_bytes);
      EXPECT_EQ(layout.begin_of(i) % 64, 0U);
      EXPECT_NE(layout.begin_of(i) % layout.array_bytes,
                layout.begin_of(i - 1) % layout.array_bytes);
    }
    EXPECT_GE(layout.total_bytes(), layout.begin_of(2) + layout.array_bytes);
  }
}

}  // namespace
}  // namespace plumbline::host_memory
