#include "reports/pages/fault_domains.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

JudgedFinding finding(const char* host, const char* subject, Verdict verdict,
                      const char* metric = "gpu_memory.read") {
  JudgedFinding judged;
  judged.finding.host = host;
  judged.finding.subject = subject;
  judged.finding.metric = metric;
  judged.finding.verdict = verdict;
  judged.finding.better = Better::higher;
  judged.finding.deficit = 0.2;
  judged.finding.runs = 3;
  return judged;
}

JudgedFinding leaf_culprit(const char* leaf) {
  JudgedFinding judged = finding(leaf, "node", Verdict::fail, "efa.culprit");
  judged.finding.params = {{"kind", "leaf"}};
  return judged;
}

Evidence with(std::vector<JudgedFinding> findings) {
  Evidence evidence;
  evidence.findings = std::move(findings);
  return evidence;
}

TEST(FaultDomains, WhatIsAsItShouldBeIsNone) {
  EXPECT_TRUE(fault_domains(with({finding("a", "gpu0", Verdict::pass),
                                  finding("a", "gpu1", Verdict::unjudged)}))
                  .empty());
}

TEST(FaultDomains, FindingsOfOnePartAreOne) {
  const Evidence evidence =
      with({finding("a", "gpu3", Verdict::warn), finding("a", "gpu3", Verdict::fail, "nvlink"),
            finding("b", "gpu3", Verdict::inconclusive)});
  const auto domains = fault_domains(evidence);
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].host, "a");
  EXPECT_EQ(domains[0].name, "gpu3");
  EXPECT_EQ(domains[0].kind, DomainKind::part);
  EXPECT_EQ(domains[0].verdict, Verdict::fail);
  EXPECT_EQ(domains[0].all_findings(), 2U);
  EXPECT_EQ(domains[0].said_by->finding.metric, "nvlink");
  EXPECT_EQ(domains[1].host, "b");
}

TEST(FaultDomains, ACulpritSpeaksForWhatItExplains) {
  JudgedFinding slow = finding("a", "gpu3", Verdict::fail);
  slow.finding.deficit = 0.9;
  const Evidence evidence = with({slow, finding("a", "gpu3", Verdict::fail, "nvlink.culprit")});
  EXPECT_EQ(fault_domains(evidence).front().said_by->finding.metric, "nvlink.culprit");
}

TEST(FaultDomains, TheNetworkComesBeforeNodes) {
  const Evidence evidence = with({finding("a", "gpu0", Verdict::fail), leaf_culprit("nn-7")});
  const auto domains = fault_domains(evidence);
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].kind, DomainKind::network);
  EXPECT_EQ(domains[0].name, "leaf nn-7");
}

TEST(FaultDomains, ManyPartsAreTheNode) {
  std::vector<JudgedFinding> findings;
  for (const char* gpu : {"gpu0", "gpu1", "gpu2", "gpu3", "gpu4"}) {
    findings.push_back(finding("a", gpu, Verdict::inconclusive));
  }
  const Evidence evidence = with(findings);
  const auto domains = fault_domains(evidence);
  ASSERT_EQ(domains.size(), 1U);
  EXPECT_EQ(domains[0].kind, DomainKind::node);
  EXPECT_EQ(domains[0].name, "the node: 5 parts");
  EXPECT_EQ(domains[0].all_findings(), 5U);
}

TEST(FaultDomains, TheOtherEndOnAnotherHostIsNoPartOfThis) {
  JudgedFinding path = finding("a", "rdmap79s0", Verdict::fail);
  path.finding.peer = "b/rdmap79s0";
  JudgedFinding within = finding("a", "gpu0", Verdict::warn);
  within.finding.peer = "gpu3";
  const Evidence evidence = with({path, within});
  const auto domains = fault_domains(evidence);
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].name, "rdmap79s0");
  EXPECT_EQ(domains[1].name, "gpu0>gpu3");
}

TEST(Confidence, SaysWhatItRestsOn) {
  Finding f = finding("a", "gpu0", Verdict::fail).finding;
  EXPECT_EQ(confidence_of(f), "confirmed by 3\u00A0runs: its interval lies beyond the limit");
  f.runs = 1;
  EXPECT_EQ(confidence_of(f), "1\u00A0run, not yet confirmed");
  f.better = Better::exact;
  EXPECT_EQ(confidence_of(f), "a fact, read in 1\u00A0run");
  f.verdict = Verdict::inconclusive;
  f.runs = 12;
  EXPECT_EQ(confidence_of(f), "undecided after 12\u00A0runs");
  f.verdict = Verdict::missing;
  EXPECT_EQ(confidence_of(f), "not measured");
  f.metric = "nvlink.culprit";
  f.verdict = Verdict::fail;
  f.runs = 7;
  EXPECT_EQ(confidence_of(f), "convicted: explains 7\u00A0paths, odds of 100 to 1 or more");
  f.verdict = Verdict::inconclusive;
  EXPECT_EQ(confidence_of(f), "suspect: explains 7\u00A0paths");
}

}  // namespace
}  // namespace plumbline
