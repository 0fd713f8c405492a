// Each reader with some thousand damaged inputs, the same every time.

#include <gtest/gtest.h>

#include <numeric>

#include "tests/fuzz/damage.h"
#include "tests/fuzz/readers.h"

namespace plumbline::fuzz {
namespace {

/// Of long seeds fewer, as long as each takes.
int inputs_of(const std::vector<std::string>& seeds) {
  const auto bytes = [](std::size_t sum, const std::string& seed) { return sum + seed.size(); };
  const std::size_t mean =
      std::accumulate(seeds.begin(), seeds.end(), std::size_t{0}, bytes) / seeds.size();
  return mean > 1024 ? 500 : 2000;
}

/// As much of an input as fits on a screen, with what cannot be seen as numbers.
std::string shown(const std::string& input) {
  return ::testing::PrintToString(input.substr(0, 2000));
}

class Damaged : public ::testing::TestWithParam<Reader> {};

TEST_P(Damaged, IsTakenOrRefused) {
  const Reader& reader = GetParam();
  const std::vector<std::string> seeds = reader.seeds();
  for (const std::string& seed : seeds) EXPECT_TRUE(reader.takes(seed)) << shown(seed);
  std::mt19937_64 random(20261130);
  const int inputs = inputs_of(seeds);
  int taken = 0;
  for (int i = 0; i < inputs; ++i) {
    const std::string input = damaged(seeds, random);
    try {
      taken += reader.takes(input) ? 1 : 0;
    } catch (const std::exception& error) {
      ADD_FAILURE() << reader.name << " throws " << error.what() << "\ninput " << i << ": "
                    << shown(input);
    }
  }
  // Both happen, or the damage is too little or too much to ask anything.
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, inputs);
}

INSTANTIATE_TEST_SUITE_P(Readers, Damaged, ::testing::ValuesIn(readers().begin(), readers().end()),
                         [](const auto& reader) { return std::string(reader.param.name); });

}  // namespace
}  // namespace plumbline::fuzz
