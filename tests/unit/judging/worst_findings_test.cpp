#include "reports/judging/worst_findings.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

Finding finding(Verdict verdict, double deficit) {
  Finding f;
  f.verdict = verdict;
  f.deficit = deficit;
  return f;
}

TEST(WorstFindings, KeepsTheWorstAndNoPass) {
  WorstFindings worst(3);
  for (int i = 0; i < 100; ++i) {
    worst.add(finding(Verdict::pass, i));
    worst.add(finding(Verdict::warn, i));
    worst.add(finding(Verdict::unjudged, i));
  }
  worst.add(finding(Verdict::fail, 0.1));
  worst.add(finding(Verdict::fail, 0.3));
  const auto kept = worst.in_order();
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].deficit, 0.3);
  EXPECT_EQ(kept[1].deficit, 0.1);
  EXPECT_EQ(kept[2].verdict, Verdict::warn);
  EXPECT_EQ(kept[2].deficit, 99);
}

}  // namespace
}  // namespace plumbline
