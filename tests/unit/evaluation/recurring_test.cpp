#include "reports/evaluation/recurring.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace plumbline {
namespace {

using ::testing::ElementsAre;

Measurement about_subject(const std::string& subject) {
  Measurement m;
  m.metric = "nvlink.write";
  m.subject = subject;
  return m;
}

/// Gives each thing the number of how manieth it is that was made.
class Numbers {
 public:
  std::vector<int> of(const std::vector<std::string>& subjects) {
    std::vector<int> numbers;
    for (const std::string& subject : subjects) {
      numbers.push_back(known_.of(about_subject(subject), [&] { return ++made_; }));
    }
    return numbers;
  }

  Recurring<int> known_;
  int made_ = 0;
};

TEST(Recurring, MakesEachOnce) {
  Numbers numbers;
  EXPECT_THAT(numbers.of({"a", "b", "c"}), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers.of({"a", "b", "c"}), ElementsAre(1, 2, 3));
  EXPECT_EQ(numbers.made_, 3);
}

TEST(Recurring, WhateverTheOrder) {
  Numbers numbers;
  numbers.of({"a", "b", "c", "d"});
  EXPECT_THAT(numbers.of({"a", "c", "d"}), ElementsAre(1, 3, 4));          // one is missing
  EXPECT_THAT(numbers.of({"a", "x", "c", "d"}), ElementsAre(1, 5, 3, 4));  // one is new
  EXPECT_THAT(numbers.of({"d", "c", "b", "a"}), ElementsAre(4, 3, 2, 1));  // the other way round
  EXPECT_THAT(numbers.of({"a", "a", "b", "b"}), ElementsAre(1, 1, 2, 2));  // each twice
  EXPECT_EQ(numbers.made_, 5);
}

TEST(Recurring, TellsApartAllThatRowsCanBeAbout) {
  Recurring<int> known;
  int made = 0;
  const auto number = [&](const Measurement& m) { return known.of(m, [&] { return ++made; }); };
  const Measurement m = about_subject("gpu0");
  EXPECT_EQ(number(m), 1);
  int expected = 1;
  for (const auto change : {
           +[](Measurement& x) { x.instance_type = "p5.48xlarge"; },
           +[](Measurement& x) { x.metric = "nvlink.read"; },
           +[](Measurement& x) { x.subject = "gpu1"; },
           +[](Measurement& x) { x.peer = "gpu1"; },
           +[](Measurement& x) { x.bytes = 8; },
           +[](Measurement& x) { x.params.set("by", "engine"); },
           +[](Measurement& x) { x.transport = "pcie"; },
           +[](Measurement& x) { x.unit = "GB/s"; },
           +[](Measurement& x) { x.better = Better::lower; },
           +[](Measurement& x) { x.provenance = Provenance::simulated; },
       }) {
    Measurement other = m;
    change(other);
    EXPECT_EQ(number(other), ++expected);
    EXPECT_EQ(number(m), 1);
    EXPECT_EQ(number(other), expected);
  }
}

TEST(Recurring, ForgetsAndMoves) {
  Numbers numbers;
  numbers.of({"a", "b"});
  Recurring<int> moved = std::move(numbers.known_);
  EXPECT_EQ(moved.of(about_subject("b"), [] { return 9; }), 2);
  EXPECT_THAT(numbers.of({"a", "b"}), ElementsAre(3, 4));
  numbers.known_.clear();
  EXPECT_THAT(numbers.of({"b", "a"}), ElementsAre(5, 6));
  numbers.known_ = std::move(moved);
  EXPECT_THAT(numbers.of({"a", "b"}), ElementsAre(1, 2));
}

}  // namespace
}  // namespace plumbline
