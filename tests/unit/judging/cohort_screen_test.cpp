#include "reports/judging/cohort_screen.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <set>
#include <thread>

#include "tests/unit/judging/fleet_world.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Tolerance no_contract = [](const TimedColumn&, std::uint16_t) { return Tolerated(); };
const SoftwareOf same_software = [](std::uint16_t, std::uint32_t) { return 0U; };

Tolerance tolerates(double deficit) {
  return [deficit](const TimedColumn&, std::uint16_t) { return Tolerated{true, deficit}; };
}

void add(FleetRows& rows, const std::vector<Measurement>& all) {
  for (const Measurement& m : all) rows.look_at(m);
}

std::vector<Candidate> candidates_of(const std::vector<Measurement>& all,
                                     const Tolerance& tolerance = no_contract,
                                     const SoftwareOf& software = same_software) {
  FleetRows rows;
  add(rows, all);
  return find_candidates(rows.settle(), tolerance, software, 1);
}

/// "17 gpu3": node and GPU.
std::set<std::string> names(const TimedColumns& table, const std::vector<Candidate>& candidates,
                            const std::function<bool(const Candidate&)>& which) {
  std::set<std::string> found;
  for (const Candidate& c : candidates) {
    if (which(c)) found.insert(table.hosts[c.host] + ' ' + table.paths[c.path].subject);
  }
  return found;
}

bool is_decided(const Candidate& c) {
  return c.fresh.decision == FreshDecision::fails && c.q <= outlier::false_discoveries;
}

TEST(CohortScreen, OneSlowGpuOf1600) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) {
    return node == 17 && gpu == 3 ? 0.10 : 0.0;
  };
  const auto found = candidates_of(world.rows());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].host, 17U);
  EXPECT_EQ(found[0].hosts, 200U);
  EXPECT_EQ(found[0].as_low, 1U);
  EXPECT_EQ(found[0].level.members, 1600U);
  EXPECT_NEAR(found[0].level.sigma, 0.0042, 0.001);
  EXPECT_TRUE(found[0].is_learned);
  EXPECT_EQ(found[0].fresh.decision, FreshDecision::measure_again) << "one value decides nothing";
  EXPECT_EQ(found[0].q, 1);
}

TEST(CohortScreen, FasterAndALittleSlowerAreNoCandidates) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) {
    return gpu != 3 ? 0.0 : node == 17 ? -0.3 : node == 18 ? 0.015 : 0.0;
  };
  EXPECT_THAT(candidates_of(world.rows()), IsEmpty());
}

TEST(CohortScreen, LessIsBetterForALatency) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) {
    return gpu != 3 ? 0.0 : node == 17 ? 0.2 : node == 18 ? -0.2 : 0.0;
  };
  auto rows = world.rows();
  for (Measurement& m : rows) m.better = Better::lower;
  const auto found = candidates_of(rows);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].host, 18U);
}

TEST(CohortScreen, NearAndFarPathsOfAClassAreNotCompared) {
  FleetWorld world;
  world.deficit = [](std::size_t, std::size_t gpu) { return gpu < 6 ? 0.0 : 0.4; };
  EXPECT_THAT(candidates_of(world.rows()), IsEmpty());
}

TEST(CohortScreen, TwoSoftwaresFourPercentApart) {
  FleetWorld world;
  world.nodes = 400;
  const auto old = [](std::size_t node) { return node % 10 == 0; };
  world.deficit = [&](std::size_t node, std::size_t gpu) {
    return (old(node) ? 0.04 : 0.0) + (node == 33 && gpu == 5 ? 0.1 : 0);
  };
  const SoftwareOf software = [&](std::uint16_t, std::uint32_t host) {
    return old(host) ? 1U : 0U;
  };
  EXPECT_GT(candidates_of(world.rows()).size(), 200U) << "all old ones, if nobody knew why";
  const auto found = candidates_of(world.rows(), no_contract, software);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].host, 33U);
  EXPECT_EQ(found[0].most, std::nullopt);
}

TEST(CohortScreen, AFewWithOtherSoftwareAreComparedWithAllAndSaidToDiffer) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t) { return node < 2 ? 0.10 : 0.0; };
  const SoftwareOf software = [](std::uint16_t, std::uint32_t host) { return host < 2 ? 7U : 3U; };
  const auto found = candidates_of(world.rows(), no_contract, software);
  ASSERT_EQ(found.size(), 16U);
  for (const Candidate& c : found) {
    EXPECT_EQ(c.group, 7U);
    EXPECT_EQ(c.most, 3U);
  }
}

TEST(CohortScreen, TwentyNodesWithEightGpusAreEnough) {
  FleetWorld world;
  world.nodes = 20;
  world.deficit = [](std::size_t node, std::size_t gpu) { return node == 7 && gpu == 1 ? 0.1 : 0; };
  const auto found = candidates_of(world.rows());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].host, 7U);
  EXPECT_GT(found[0].tolerance, 0.03) << "a median of twenty is uncertain itself";
}

TEST(CohortScreen, TooFewToCompareWith) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) { return node == 3 && gpu == 0 ? 0.5 : 0; };
  world.nodes = 20;
  world.gpus = 1;
  EXPECT_THAT(candidates_of(world.rows()), IsEmpty()) << "20 values tell no scale";
  world.nodes = 7;
  world.gpus = 8;
  EXPECT_THAT(candidates_of(world.rows()), IsEmpty()) << "7 hosts tell no median";
}

TEST(CohortScreen, SimulatedAndMeasuredNeverMeet) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t) { return node < 3 ? 0.3 : 0.0; };
  auto rows = world.rows();
  for (Measurement& m : rows) {
    const bool is_slow = m.host <= FleetWorld::host(2);
    m.provenance = is_slow ? Provenance::simulated : Provenance::measured;
  }
  EXPECT_THAT(candidates_of(rows), IsEmpty());
}

TEST(CohortScreen, OnlyTimedValuesOfOneHost) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) { return node == 7 && gpu == 1 ? 0.5 : 0; };
  const auto with = [&](const std::function<void(Measurement&)>& change) {
    auto rows = world.rows();
    for (Measurement& m : rows) change(m);
    return candidates_of(rows).size();
  };
  EXPECT_EQ(with([](Measurement&) {}), 1U);
  EXPECT_EQ(with([](Measurement& m) { m.better = Better::exact; }), 0U);
  EXPECT_EQ(with([](Measurement& m) { m.params.set("nodes", "2"); }), 0U);
  EXPECT_EQ(with([](Measurement& m) { m.peer = "node-2/gpu1"; }), 0U);
  EXPECT_EQ(with([](Measurement& m) { m.outcome = Outcome::failed; }), 0U);
  EXPECT_EQ(with([](Measurement& m) { m.median = 0; }), 0U);
  EXPECT_EQ(with([](Measurement& m) { m.metric = "runner.task"; }), 0U);
}

TEST(CohortScreen, AContractHoldsInPlaceOfWhatIsLearned) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) {
    return node == 7 && gpu == 1 ? 0.06 : 0;
  };
  EXPECT_EQ(candidates_of(world.rows()).size(), 1U);
  EXPECT_THAT(candidates_of(world.rows(), tolerates(0.10)), IsEmpty());
  EXPECT_EQ(candidates_of(world.rows(), tolerates(0.05)).size(), 1U);
  EXPECT_THAT(candidates_of(world.rows(),
                            [](const TimedColumn&, std::uint16_t) {
                              return Tolerated{false, {}};
                            }),
              IsEmpty());
}

TEST(CohortScreen, MissingRowsAndWhatOneHostAloneHas) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) { return node == 7 && gpu == 1 ? 0.1 : 0; };
  auto rows = world.rows();
  std::erase_if(rows, [](const Measurement& m) {
    return (m.host == FleetWorld::host(9) && m.subject != "gpu0") || m.host == FleetWorld::host(11);
  });
  Measurement alone = world.row(7, 1, 0, 1);
  alone.subject = "gpu8";
  rows.push_back(alone);
  const auto found = candidates_of(rows);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].hosts, 198U);
}

/// Six sizes of one GPU, none of them far outside by itself, all of them low.
TEST(CohortScreen, WhatIsLowTogetherIsACandidateToo) {
  FleetWorld world;
  world.gpus = 1;
  world.between = 0;
  world.within = 0.03;
  world.deficit = [](std::size_t node, std::size_t) { return node == 50 ? 0.08 : 0.0; };
  std::vector<Measurement> rows;
  for (std::uint64_t size = 0; size < 8; ++size) {
    world.seed = size + 1;
    for (Measurement m : world.rows()) {
      m.bytes = 1U << size;
      rows.push_back(m);
    }
  }
  const auto found = candidates_of(rows, tolerates(0.06));
  std::size_t of_it = 0, near = 0;
  for (const Candidate& c : found) {
    const bool is_far = (c.screened - c.level.centre) / c.level.sigma < outlier::screen_z;
    of_it += c.host == 50 ? 1U : 0U;
    near += c.host == 50 && !is_far ? 1U : 0U;
    EXPECT_TRUE(c.host == 50 || is_far) << "others are there by one value alone";
  }
  EXPECT_GE(of_it, 6U);
  EXPECT_GE(near, 3U) << "which the screen of single values leaves out";
}

TEST(CohortScreen, OnlyFreshValuesDecide) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) {
    return node == 17 && gpu == 3 ? 0.10 : 0.0;
  };
  const auto first = world.rows();
  const auto with_fresh = [&](double deficit, std::uint64_t runs) {
    auto rows = first;
    FleetWorld later = world;
    later.deficit = [&](std::size_t, std::size_t) { return deficit; };
    for (std::uint64_t run = 2; run < 2 + runs; ++run) rows.push_back(later.row(17, 3, 0, run));
    return candidates_of(rows).at(0);
  };
  EXPECT_EQ(with_fresh(0.10, 2).fresh.decision, FreshDecision::measure_again);
  EXPECT_TRUE(is_decided(with_fresh(0.10, 5)));
  EXPECT_EQ(with_fresh(0, 5).fresh.decision, FreshDecision::clear)
      << "the value that made it a candidate is not among those that decide";
  EXPECT_EQ(with_fresh(0.03, 12).fresh.decision, FreshDecision::undecided);
}

TEST(CohortScreen, FreshRunsWithOtherSoftwareAreComparedWithThatSoftware) {
  FleetWorld world;
  world.nodes = 100;
  std::vector<Measurement> rows = world.rows();
  FleetWorld updated = world;
  updated.deficit = [](std::size_t node, std::size_t gpu) {
    return node == 17 && gpu == 3 ? 0.14 : 0.04;
  };
  for (std::uint64_t run = 2; run < 8; ++run) {
    for (std::size_t node = 0; node < world.nodes; ++node) {
      for (std::size_t gpu = 0; gpu < 8; ++gpu) rows.push_back(updated.row(node, gpu, 0, run));
    }
  }
  const SoftwareOf software = [](std::uint16_t occasion, std::uint32_t) {
    return occasion == 0 ? 0U : 1U;
  };
  EXPECT_THAT(candidates_of(rows, no_contract, software), IsEmpty())
      << "it was not slow when everyone was measured first";
}

/// What does not depend on chance must not depend on anything: rows in any order, from any number
/// of threads, give the same bits.
TEST(CohortScreen, OrderAndThreadsDoNotMatter) {
  FleetWorld world;
  world.metrics = {"gpu_memory.read", "gpu_memory.write", "gpu_compute.gemm"};
  world.heavy_tails = true;
  world.deficit = [](std::size_t node, std::size_t gpu) {
    return node % 50 == 3 && gpu == 3 ? 0.05 : 0.0;
  };
  auto all = world.rows();
  for (std::uint64_t run = 2; run < 8; ++run) all.push_back(world.row(53, 3, 0, run));
  all.push_back(all.front());
  const auto of = [&](const std::vector<Measurement>& in_order, std::size_t threads) {
    FleetRows rows;
    {
      std::vector<std::jthread> workers;
      for (std::size_t i = 0; i < threads; ++i) {
        workers.emplace_back([&, i] {
          for (std::size_t row = i; row < in_order.size(); row += threads) {
            rows.look_at(in_order[row]);
          }
        });
      }
    }
    const TimedColumns table = rows.settle();
    std::string text;
    for (const Candidate& c : find_candidates(table, no_contract, same_software, threads)) {
      text += table.columns[c.column].metric + ' ' + table.hosts[c.host] + ' ' +
              table.paths[c.path].subject;
      for (const double number : {c.level.centre, c.level.sigma, c.tolerance, c.screened, c.fresh.p,
                                  c.fresh.deficit, c.q}) {
        text += ' ' + std::to_string(std::bit_cast<std::uint64_t>(number));
      }
      text += '\n';
    }
    return text;
  };
  const std::string expected = of(all, 1);
  EXPECT_THAT(expected, ::testing::HasSubstr("node-1053 gpu3"));
  std::mt19937_64 random(5);
  for (const std::size_t threads : {1U, 3U, 8U}) {
    std::shuffle(all.begin(), all.end(), random);
    EXPECT_EQ(of(all, threads), expected) << threads;
  }
}

TEST(CohortScreen, TheUnitDoesNotMatter) {
  FleetWorld world;
  world.heavy_tails = true;
  world.deficit = [](std::size_t node, std::size_t gpu) { return gpu == 2 && node < 9 ? 0.08 : 0; };
  const auto before = candidates_of(world.rows());
  world.level *= 1e6;
  const auto after = candidates_of(world.rows());
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].host, after[i].host);
    EXPECT_NEAR(before[i].level.sigma, after[i].level.sigma, 1e-6);
    EXPECT_NEAR(after[i].screened - before[i].screened, std::log(1e6), 1e-5);
  }
}

TEST(CohortScreen, HowSlowTheSlowAreChangesNothingForTheOthers) {
  FleetWorld world;
  double slow = 0.2;
  world.deficit = [&](std::size_t node, std::size_t) { return node % 5 == 0 ? slow : 0.0; };
  const auto before = candidates_of(world.rows());
  slow = 0.8;
  const auto after = candidates_of(world.rows());
  ASSERT_EQ(before.size(), 320U);
  ASSERT_EQ(after.size(), 320U);
  EXPECT_EQ(before[0].level.sigma, after[0].level.sigma);
}

TEST(CohortScreen, AHealthyNodeMoreOrLessChangesNoOthersVerdict) {
  FleetWorld world;
  world.deficit = [](std::size_t node, std::size_t gpu) { return gpu == 2 && node < 3 ? 0.2 : 0; };
  auto rows = world.rows();
  for (std::uint64_t run = 2; run < 8; ++run) {
    for (std::size_t node = 0; node < 3; ++node) rows.push_back(world.row(node, 2, 0, run));
  }
  for (const std::size_t removed : {50U, 120U}) {
    auto fewer = rows;
    std::erase_if(fewer, [&](const Measurement& m) { return m.host == FleetWorld::host(removed); });
    FleetRows rows_kept;
    add(rows_kept, fewer);
    const TimedColumns kept = rows_kept.settle();
    const auto found = find_candidates(kept, no_contract, same_software, 2);
    EXPECT_THAT(names(kept, found, is_decided),
                ElementsAre("node-1000 gpu2", "node-1001 gpu2", "node-1002 gpu2"));
  }
}

/// A fleet that is measured as `accept` does it: everything once, then candidates again until they
/// are decided or had 12 runs.
class AcceptedFleet {
 public:
  AcceptedFleet(const FleetWorld& world, double tolerated) : world_(world), tolerated_(tolerated) {
    rows_ = world.rows();
    values = rows_.size();
    for (const std::uint64_t look : {3U, 6U, 12U}) measure_until(look);
    for_candidates([&](const Candidate& c, double deficit, std::size_t, std::size_t) {
      if (!is_decided(c)) return;
      accused += deficit < tolerated_ - 0.002 ? 1U : 0U;
      found += deficit > tolerated_ + 0.015 ? 1U : 0U;
    });
    for (std::size_t node = 0; node < world.nodes; ++node) {
      for (std::size_t gpu = 0; gpu < world.gpus; ++gpu) {
        for (std::size_t metric = 0; metric < world.metrics.size(); ++metric) {
          slow += deficit_of(node, gpu, metric) > tolerated_ + 0.015 ? 1U : 0U;
        }
      }
    }
  }

  std::size_t values = 0;
  std::size_t again = 0;    ///< measured again
  std::size_t slow = 0;     ///< by 1.5 % more than is tolerated
  std::size_t found = 0;    ///< of them
  std::size_t accused = 0;  ///< though not slower than is tolerated

 private:
  /// What a device is by itself counts, whatever the cause.
  double deficit_of(std::size_t node, std::size_t gpu, std::size_t metric) const {
    return -std::expm1(world_.own(node, gpu, metric));
  }

  void for_candidates(
      const std::function<void(const Candidate&, double, std::size_t, std::size_t)>& each) {
    FleetRows rows;
    add(rows, rows_);
    const TimedColumns kept = rows.settle();
    for (const Candidate& c : find_candidates(kept, tolerates(tolerated_), same_software, 2)) {
      const auto gpu = static_cast<std::size_t>(kept.paths[c.path].subject.back() - '0');
      const auto metric = static_cast<std::size_t>(kept.columns[c.column].metric.back() - '0');
      each(c, deficit_of(c.host, gpu, metric), gpu, metric);
    }
  }

  void measure_until(std::uint64_t look) {
    std::vector<Measurement> fresh;
    for_candidates([&](const Candidate& c, double, std::size_t gpu, std::size_t metric) {
      if (c.fresh.decision == FreshDecision::clear || is_decided(c)) return;
      for (std::uint64_t run = c.fresh_runs + 2; run <= look; ++run) {
        fresh.push_back(world_.row(c.host, gpu, metric, run));
      }
    });
    again += fresh.size();
    rows_.insert(rows_.end(), fresh.begin(), fresh.end());
  }

  FleetWorld world_;
  double tolerated_;
  std::vector<Measurement> rows_;
};

/// Heavy tails; a metric that varies little, and one that varies much and more to the slow side.
TEST(CohortScreen, FleetsOfKnownTruthAccuseNobody) {
  FleetWorld tight;
  tight.nodes = 1000;
  tight.gpus = 4;
  tight.metrics = {"a.0", "a.1", "a.2", "a.3"};
  tight.heavy_tails = true;
  FleetWorld wide = tight;
  wide.left_skewed = true;
  wide.between = 0.02;
  wide.within = 0.005;
  const auto slow_by = [](double least) {
    return [=](std::size_t node, std::size_t gpu) {
      return node % 100 == 7 && gpu == 1 ? least + 0.0002 * static_cast<double>(node) : 0;
    };
  };
  tight.deficit = slow_by(0.06);
  wide.deficit = slow_by(0.13);
  const AcceptedFleet narrow(tight, 0.03);
  const AcceptedFleet broad(wide, 0.10);
  EXPECT_EQ(narrow.accused + broad.accused, 0U);
  EXPECT_GE(narrow.slow, 40U);
  EXPECT_EQ(narrow.found, narrow.slow);
  EXPECT_GE(broad.slow, 30U);
  EXPECT_GE(static_cast<double>(broad.found), 0.95 * static_cast<double>(broad.slow));
  EXPECT_LE(static_cast<double>(narrow.again), 0.02 * static_cast<double>(narrow.values));
  EXPECT_LE(static_cast<double>(broad.again), 0.12 * static_cast<double>(broad.values))
      << "3 sigma of its slow side are within what is tolerated";
}

}  // namespace
}  // namespace plumbline
