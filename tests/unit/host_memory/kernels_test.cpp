#include "probes/host_memory/kernels.h"

#include <gmock/gmock.h>

#include <bit>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace plumbline::host_memory {
namespace {

constexpr double guard = -7;
constexpr std::size_t margin = 16;

/// `count` elements at any distance from a cache line, with guards on both sides.
class Guarded {
 public:
  Guarded(std::size_t count, std::size_t offset, double first)
      : storage_(count + 2 * margin + 8, guard), count_(count) {
    const auto address = reinterpret_cast<std::uintptr_t>(storage_.data() + margin);
    const std::size_t to_line = (64 - address % 64) % 64 / sizeof(double);
    begin_ = margin + (to_line + offset) % 8;
    std::iota(data(), data() + count, first);
  }

  double* data() { return storage_.data() + begin_; }
  std::vector<double> values() { return {data(), data() + count_}; }
  bool guards_stand() const {
    for (std::size_t i = 0; i < storage_.size(); ++i) {
      if ((i < begin_ || i >= begin_ + count_) && storage_[i] != guard) return false;
    }
    return true;
  }

 private:
  std::vector<double> storage_;
  std::size_t count_;
  std::size_t begin_ = 0;
};

/// Every instruction set of this machine, with sizes around lines and blocks, from every place
/// within a line.
class EachKernel : public testing::TestWithParam<Isa> {
 protected:
  template <class Check>
  void for_each_shape(Check check) {
    for (const std::size_t count :
         {0U, 1U, 7U, 8U, 9U, 31U, 32U, 33U, 63U, 64U, 65U, 127U, 200U, 1000U, 4097U}) {
      for (std::size_t offset = 0; offset < 8; ++offset) {
        SCOPED_TRACE(testing::Message() << count << " elements, " << offset << " past a line");
        check(count, offset);
      }
    }
  }
  const Kernels& kernel_ = kernels(GetParam());
};

TEST_P(EachKernel, ReadSumsTheBitsOfEachElementOnce) {
  for_each_shape([&](std::size_t count, std::size_t offset) {
    Guarded source(count, offset, 1.5);
    std::uint64_t expected = 0;
    for (const double v : source.values()) expected += std::bit_cast<std::uint64_t>(v);
    EXPECT_EQ(kernel_.read(source.data(), count), expected);
  });
}

TEST_P(EachKernel, WritesEveryElementAndNoOther) {
  for (const auto write : {kernel_.write, kernel_.write_nt}) {
    for_each_shape([&](std::size_t count, std::size_t offset) {
      Guarded target(count, offset, 0);
      write(target.data(), count, 42);
      EXPECT_EQ(target.values(), std::vector<double>(count, 42));
      EXPECT_TRUE(target.guards_stand());
    });
  }
}

TEST_P(EachKernel, CopiesEveryElementAndNoOther) {
  for (const auto copy : {kernel_.copy, kernel_.copy_nt}) {
    for_each_shape([&](std::size_t count, std::size_t offset) {
      Guarded target(count, offset, 0), source(count, (offset + 3) % 8, 100);
      copy(target.data(), source.data(), count);
      EXPECT_EQ(target.values(), source.values());
      EXPECT_TRUE(target.guards_stand() && source.guards_stand());
    });
  }
}

TEST_P(EachKernel, TriadAddsTheScaledSecondToTheFirst) {
  for (const auto triad : {kernel_.triad, kernel_.triad_nt}) {
    for_each_shape([&](std::size_t count, std::size_t offset) {
      Guarded target(count, offset, 0), left(count, (offset + 3) % 8, 100), right(count, 5, 10'000);
      triad(target.data(), left.data(), right.data(), count, 3);
      std::vector<double> expected(count);
      for (std::size_t i = 0; i < count; ++i) expected[i] = left.data()[i] + 3 * right.data()[i];
      EXPECT_EQ(target.values(), expected);
      EXPECT_TRUE(target.guards_stand() && left.guards_stand() && right.guards_stand());
    });
  }
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, EachKernel, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(isa_names[tested.param]); });

TEST(ChooseIsa, AutoIsTheWidest) { EXPECT_EQ(choose_isa("auto"), available_isas().back()); }

TEST(ChooseIsa, ByName) {
  for (const Isa isa : available_isas()) EXPECT_EQ(choose_isa(isa_names[isa]), isa);
}

TEST(ChooseIsa, SaysWhatThisCpuHasInsteadOfTheMissingOne) {
#if defined(__x86_64__)
  const std::string foreign = "neon";
#else
  const std::string foreign = "avx512";
#endif
  try {
    choose_isa(foreign);
    FAIL() << "an instruction set of another architecture was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(foreign + " is not"));
    EXPECT_THAT(error.what(), testing::HasSubstr(isa_names[available_isas().front()]));
  }
}

TEST(ChooseIsa, RefusesAWordThatIsNone) {
  EXPECT_THROW(choose_isa("avx1024"), std::invalid_argument);
}

}  // namespace
}  // namespace plumbline::host_memory
