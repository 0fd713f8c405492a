#include "probes/virtual_node/simulation.h"

#include <gtest/gtest.h>

#include <string>

namespace plumbline::virtual_node {
namespace {

Operation work(Nanoseconds queued, Nanoseconds latency, double amount = 0, Loads loads = {}) {
  Operation operation;
  operation.queued = queued;
  operation.latency = latency;
  operation.amount = amount;
  operation.loads = std::move(loads);
  return operation;
}

TEST(Simulation, WorkOfAQueueIsDoneInOrder) {
  Simulation simulation;
  const std::size_t link = simulation.add_resource(1e9);  // one per nanosecond
  Queue& queue = simulation.add_queue();
  std::string order;
  for (const char* name : {"a", "b"}) {
    Operation operation = work(0, 10, 100, {{link, 1}});
    operation.act = [&order, name] { order += name; };
    simulation.enqueue(queue, std::move(operation));
  }
  EXPECT_TRUE(simulation.run_until([&] { return queue.empty(); }));
  EXPECT_EQ(order, "ab");
  EXPECT_DOUBLE_EQ(queue.end(), 2 * (10 + 100));
}

TEST(Simulation, QueuesShareAResourceWhileBothFlow) {
  Simulation simulation;
  const std::size_t link = simulation.add_resource(1e9);
  Queue& first = simulation.add_queue();
  Queue& second = simulation.add_queue();
  simulation.enqueue(first, work(0, 0, 100, {{link, 1}}));
  simulation.enqueue(second, work(50, 0, 100, {{link, 1}}));
  EXPECT_TRUE(simulation.run_until([&] { return first.empty() && second.empty(); }));
  // 50 alone, then 50 of each at half the rate, then the rest of the second alone.
  EXPECT_DOUBLE_EQ(first.end(), 150);
  EXPECT_DOUBLE_EQ(second.end(), 200);
}

TEST(Simulation, AMomentIsWaitedForAcrossQueues) {
  Simulation simulation;
  Queue& first = simulation.add_queue();
  Queue& second = simulation.add_queue();
  const auto moment = std::make_shared<Moment>();
  Operation waiting = work(0, 5);
  waiting.waits_for = moment;
  simulation.enqueue(second, std::move(waiting));
  simulation.enqueue(first, work(0, 100));
  Operation point = work(0, 0);
  point.reaches = moment;
  simulation.enqueue(first, std::move(point));
  EXPECT_TRUE(simulation.run_until([&] { return second.empty(); }));
  EXPECT_DOUBLE_EQ(moment->at, 100);
  EXPECT_DOUBLE_EQ(second.end(), 105);
}

TEST(Simulation, WhatNeverComesIsSaid) {
  Simulation simulation;
  Queue& queue = simulation.add_queue();
  Operation waiting = work(0, 5);
  waiting.waits_for = std::make_shared<Moment>();
  simulation.enqueue(queue, std::move(waiting));
  EXPECT_FALSE(simulation.run_until([&] { return queue.empty(); }));
}

TEST(Simulation, RunningToATimeLeavesTheRestToFlowOn) {
  Simulation simulation;
  const std::size_t link = simulation.add_resource(1e9);
  Queue& queue = simulation.add_queue();
  simulation.enqueue(queue, work(0, 0, 100, {{link, 1}}));
  simulation.run_to(40);
  EXPECT_DOUBLE_EQ(simulation.now(), 40);
  EXPECT_FALSE(queue.empty());
  simulation.run_to(1000);
  EXPECT_TRUE(queue.empty());
  EXPECT_DOUBLE_EQ(queue.end(), 100);
}

TEST(Simulation, ItStopsAtTheEventThatWasWaitedFor) {
  Simulation simulation;
  Queue& first = simulation.add_queue();
  Queue& second = simulation.add_queue();
  simulation.enqueue(first, work(0, 10));
  simulation.enqueue(second, work(0, 1000));
  EXPECT_TRUE(simulation.run_until([&] { return first.empty(); }));
  EXPECT_DOUBLE_EQ(simulation.now(), 10);
}

}  // namespace
}  // namespace plumbline::virtual_node
