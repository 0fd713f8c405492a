#include "reports/evaluation/expectations.h"

#include <gtest/gtest.h>

#include "reports/evaluation/missing.h"
#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;

std::vector<std::string> expected_by(std::vector<Baseline> baselines, const Measurement& m) {
  const Expectations expectations(std::move(baselines));
  std::vector<std::string> sources;
  for (const std::size_t i : expectations.answered_by(m)) {
    sources.push_back(expectations.all()[i].source);
  }
  return sources;
}

Baseline from(Baseline b, const char* source) {
  b.source = source;
  return b;
}

using Sources = std::vector<std::string>;

TEST(Expectations, ClassLeavesOutTheDigits) {
  EXPECT_EQ(class_of("gpu12>gpu3"), "gpu>gpu");
  EXPECT_EQ(class_of("node"), "node");
  EXPECT_EQ(class_of("rdmap79s0"), "rdmaps");
}

TEST(Expectations, ClassOfAPathToAnotherHostIsTheSameWhateverThatIsCalled) {
  EXPECT_EQ(class_of("rdmap79s0>node-18/rdmap80s0"), "rdmaps>host/rdmaps");
  EXPECT_EQ(class_of("rail0>10.1.2.3/rail1"), "rail>host/rail");
  EXPECT_EQ(class_of("rail>host/rail"), "rail>host/rail");
}

TEST(Expectations, MemoryOfTheHostIsNoMemoryOfAGpu) {
  Baseline of_gpus = from(expected_triad(), "gpus");
  of_gpus.params = {{"memory", "gpu"}};
  Measurement m = triad(1);
  EXPECT_EQ(expected_by({from(expected_triad(), "host"), of_gpus}, m), (Sources{"host"}));
  m.params = {{"memory", "gpu"}};
  EXPECT_EQ(expected_by({from(expected_triad(), "host"), of_gpus}, m), (Sources{"gpus"}));
}

TEST(Expectations, APathToAnotherHostCountsOnceForItsOwnEnd) {
  EXPECT_EQ(counted_as("gpu0>gpu3"), "gpu0>gpu3");
  EXPECT_EQ(counted_as("rdmap79s0>node-18/rdmap80s0"), "rdmap79s0>host");
  EXPECT_EQ(counted_as("rdmap79s0>node-19/rdmap96s0"), "rdmap79s0>host");
}

TEST(Expectations, AnExactSubjectComesBeforeItsClass) {
  Baseline of_class = from(expected_triad(), "class");
  of_class.subject_class = "numa>numa";
  EXPECT_EQ(expected_by({of_class, from(expected_triad(), "exact")}, triad(1)),
            (Sources{"exact", "class"}));
}

TEST(Expectations, AnotherSubjectIsNotAnswered) {
  Baseline other = expected_triad();
  other.subject_class = "numa0>numa1";
  EXPECT_EQ(expected_by({other}, triad(1)), Sources{});
}

TEST(Expectations, MoreParamsAreMoreSpecific) {
  Baseline general = from(expected_triad(), "general");
  Baseline special = from(expected_triad(), "special");
  special.params = {{"pages", "huge"}};
  Measurement m = triad(1);
  EXPECT_EQ(expected_by({general, special}, m), (Sources{"general"}));
  m.params = {{"pages", "huge"}, {"threads", "8"}};
  EXPECT_EQ(expected_by({general, special}, m), (Sources{"special", "general"}));
}

TEST(Expectations, AGivenSizeMustBeTheRowsSize) {
  Baseline general = from(expected_triad(), "any size");
  Baseline sized = from(expected_triad(), "1 GiB");
  sized.bytes = 1U << 30U;
  Measurement m = triad(1);
  EXPECT_EQ(expected_by({general, sized}, m), (Sources{"any size"}));
  m.bytes = 1U << 30U;
  EXPECT_EQ(expected_by({general, sized}, m), (Sources{"1 GiB", "any size"}));
}

TEST(Expectations, TwoNodesAreNeverComparedWithOne) {
  Measurement m = triad(1);
  m.params = {{"nodes", "2"}};
  EXPECT_EQ(expected_by({expected_triad()}, m), Sources{});
  Baseline two = from(expected_triad(), "two");
  two.nodes = 2;
  EXPECT_EQ(expected_by({expected_triad(), two}, m), (Sources{"two"}));
}

TEST(Expectations, ADemandedTransportIsNoCondition) {
  Baseline efa = from(expected_triad(), "efa");
  efa.params = {{"transport", "efa"}};
  Measurement m = triad(1);
  m.transport = "tcp";
  EXPECT_EQ(expected_by({from(expected_triad(), "any"), efa}, m), (Sources{"efa", "any"}));
}

TEST(Expectations, AFabricOfTheDemandedTransportIsIt) {
  Baseline efa = expected_triad();
  efa.params = {{"transport", "efa"}};
  Measurement m = triad(1);
  for (const char* transport : {"efa", "efa/efa", "efa/efa-direct"}) {
    m.transport = transport;
    EXPECT_TRUE(transport_as_asked(efa, m)) << transport;
  }
  for (const char* transport : {"", "tcp", "efax", "net/efa"}) {
    m.transport = transport;
    EXPECT_FALSE(transport_as_asked(efa, m)) << transport;
  }
}

TEST(Expectations, APathToAnotherHostIsMeasuredByTwo) {
  Measurement m = triad(1);
  EXPECT_EQ(nodes_of(m), 1U);
  m.subject = "rdmap79s0";
  m.peer = "node-18/rdmap80s0";
  EXPECT_EQ(nodes_of(m), 2U);
  m.params = {{"nodes", "4"}};
  EXPECT_EQ(nodes_of(m), 4U);
}

TEST(NamesOfClass, OneAndTwoEnds) {
  EXPECT_EQ(names_of_class("gpu", 2), (Sources{"gpu0", "gpu1"}));
  EXPECT_EQ(names_of_class("numa>numa", 4),
            (Sources{"numa0>numa0", "numa0>numa1", "numa1>numa0", "numa1>numa1"}));
  EXPECT_EQ(names_of_class("gpu>gpu", 2), (Sources{"gpu0>gpu1", "gpu1>gpu0"}));
  EXPECT_EQ(names_of_class("gpu>gpu", 56)->size(), 56U);
  EXPECT_EQ(names_of_class("gpu>gpu", 5), std::nullopt);
}

}  // namespace
}  // namespace plumbline
