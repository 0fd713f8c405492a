#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "probes/efa/bandwidth.h"
#include "tests/unit/efa/loopback.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr WorkerId sender = 1, receiver = 2;

/// Something happens to a worker when it, or another one, is told this.
MishapCrew::Before on(const char* order, const std::function<void(MishapCrew&, json&)>& act) {
  return [=, done = false](MishapCrew& crew, WorkerId worker, json& told) mutable {
    if (done || worker != receiver || !told.contains(order)) return;
    done = true;
    act(crew, told);
  };
}

class StreamFaults : public testing::TestWithParam<std::string> {
 protected:
  std::string fault_with(const MishapCrew::Before& before, double stall_s) {
    MishapCrew crew(before);
    StreamSettings settings = short_streams(Operation::write, 65536);
    settings.stall_s = stall_s;
    const auto results =
        run_streams(crew, side_by_side({one_way(site_, site_), one_way(site_, site_)}), settings,
                    polite_ends());
    // What goes on elsewhere is not spoilt.
    EXPECT_EQ(results.at(1).fault, "");
    EXPECT_FALSE(results.at(1).gb_per_s.empty());
    EXPECT_TRUE(results.at(0).gb_per_s.empty());
    return results.at(0).fault;
  }
  std::string path() const { return site_.rail.subject + " > " + site_.rail.subject; }

  Site site_ = loopback_site(GetParam());
};

TEST_P(StreamFaults, AReceiverThatIsKilled) {
  EXPECT_THAT(
      fault_with(on("count", [](MishapCrew& crew, json&) { crew.signal(receiver, SIGKILL); }), 60),
      AllOf(StartsWith(path()), HasSubstr("receiver: its process ended: killed by signal 9")));
}

TEST_P(StreamFaults, ASenderThatCrashes) {
  EXPECT_THAT(
      fault_with(on("count", [](MishapCrew& crew, json&) { crew.signal(sender, SIGSEGV); }), 60),
      AllOf(StartsWith(path()), HasSubstr("sender: its process ended: killed by signal 11")));
}

TEST_P(StreamFaults, AReceiverThatHangs) {
  // The other stream must not stall in this time, however busy the machine is.
  EXPECT_THAT(
      fault_with(on("go", [](MishapCrew& crew, json&) { crew.signal(receiver, SIGSTOP); }), 10),
      AllOf(StartsWith(path()), HasSubstr("sender: nothing moved for 10.0 s"),
            HasSubstr("receiver: does not answer")));
}

TEST_P(StreamFaults, AnAddressThatIsNone) {
  const std::string fault = fault_with(
      on("connect", [](MishapCrew&, json& told) { told.at("connect").at(0) = "xyz"; }), 60);
  EXPECT_THAT(fault, AllOf(StartsWith(path()), HasSubstr("receiver: found \"xyz\"")));
}

TEST_P(StreamFaults, ADomainThatIsNotThere) {
  const std::string fault = fault_with(
      on("open", [](MishapCrew&, json& told) { told.at("open").at("domain") = "none"; }), 60);
  EXPECT_THAT(fault, AllOf(StartsWith(path()), HasSubstr("receiver: libfabric "),
                           HasSubstr(" offers no ")));
}

TEST_P(StreamFaults, DataOfAnotherRound) {
  const std::string fault = fault_with(
      on("stream", [](MishapCrew&, json& told) { told.at("stream").at("seed") = 1; }), 60);
  EXPECT_THAT(fault, HasSubstr("the data that arrived are not what was sent: byte 0 is 0x"));
}

TEST_P(StreamFaults, AnotherProviderThanTheOneAskedFor) {
  Site other = site_;
  other.rail.domain.provider = "efa";
  LocalCrew crew(this_program());
  const auto results = run_streams(crew, one_way(site_, other),
                                   short_streams(Operation::write, 65536), polite_ends());
  EXPECT_THAT(results.front().fault,
              AllOf(HasSubstr("receiver: libfabric opened "), HasSubstr(" of efa")));
}

INSTANTIATE_TEST_SUITE_P(Providers, StreamFaults, testing::ValuesIn(loopback_providers()),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace plumbline::efa
