#include "probes/efa/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/efa/loopback.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

/// What the row about wrong data says of a path.
struct Told {
  double bytes = 0;
  std::string note;
};

class Bytes : public testing::TestWithParam<std::string> {
 protected:
  static constexpr std::uint64_t bytes = 65536;

  /// Ends that are told of streams and games are told what `spoil` makes of it.
  void spoil(const std::function<void(WorkerId, json& order)>& spoil) {
    bench_->crew = std::make_unique<MishapCrew>([spoil](MishapCrew&, WorkerId worker, json& order) {
      for (const char* work : {"stream", "ping_pong"}) {
        if (order.contains(work)) spoil(worker, order.at(work));
      }
    });
    bench_->stream = short_streams(Operation::write, bytes);
    bench_->latency.rounds = 50;
    bench_->latency.warm_up_s = 0.01;
    bench_->ends = polite_ends();
  }

  Told told(const Site& from, const Site& to) {
    const Fact fact = bench_->data->found(bench_->whose(from, to),
                                          [] { throw std::runtime_error("nobody looked"); });
    return {std::get<double>(fact.value), fact.note};
  }

  Site one_ = loopback_site(GetParam());
  Site other_ = [] {
    Site site = loopback_site(GetParam());
    site.rail.subject = "another";
    return site;
  }();
  std::shared_ptr<Bench> bench_ = std::make_shared<Bench>();
};

TEST_P(Bytes, ThatArriveAsTheyWereSentAreNoneThatAreWrong) {
  spoil([](WorkerId, json&) {});
  JointStreams(bench_, one_way(one_, other_), Operation::write, bytes).flow(0);
  EXPECT_EQ(told(one_, other_).bytes, 0);
  EXPECT_EQ(told(one_, other_).note, "looked at once");
  EXPECT_THROW(told(other_, one_), std::runtime_error) << "nothing came that way";
}

TEST_P(Bytes, OfAnotherRoundAreCounted) {
  spoil([](WorkerId worker, json& order) { order.at("seed") = worker; });
  JointStreams streams(bench_, one_way(one_, other_), Operation::write, bytes);
  EXPECT_THROW(streams.flow(0), std::runtime_error);
  EXPECT_GT(told(one_, other_).bytes, bytes / 2.0);
  EXPECT_THAT(told(one_, other_).note,
              AllOf(HasSubstr("looked at once, wrong once, first: byte 0 is 0x"),
                    HasSubstr(" bytes differ")));
}

TEST_P(Bytes, ThatWereReadAreOfTheEndThatHadThem) {
  spoil([](WorkerId worker, json& order) { order.at("seed") = worker; });
  JointStreams streams(bench_, one_way(one_, other_), Operation::read, bytes);
  EXPECT_THROW(streams.flow(0), std::runtime_error);
  EXPECT_GT(told(other_, one_).bytes, 0);
  EXPECT_THROW(told(one_, other_), std::runtime_error);
}

TEST_P(Bytes, OfRoundTripsAreOfBothWays) {
  spoil([](WorkerId worker, json& order) { order.at("seed") = worker; });
  JointLatency latency(bench_, one_, other_, Operation::send, bytes);
  EXPECT_THROW(latency.rounds(), std::runtime_error);
  EXPECT_GT(told(one_, other_).bytes, 0);
  EXPECT_GT(told(other_, one_).bytes, 0);
}

TEST_P(Bytes, OfManyHostsAreTheSenders) {
  spoil([](WorkerId worker, json& order) { order.at("seed") = worker; });
  bench_->by_sender = true;
  JointStreams streams(bench_, one_way(one_, other_), Operation::write, bytes);
  EXPECT_THROW(streams.flow(0), std::runtime_error);
  EXPECT_GT(told(one_, one_).bytes, 0) << "whoever they went to";
}

INSTANTIATE_TEST_SUITE_P(Providers, Bytes, testing::ValuesIn(loopback_providers()),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace plumbline::efa
