// A probe of the real harness that takes milliseconds and misbehaves on request; with --ranks more
// than one it meets its like, as probes between hosts do.

#include <chrono>
#include <csignal>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "probes/harness/probe.h"
#include "probes/world/follower.h"
#include "probes/world/leader.h"
#include "results/schema/exit_code.h"

namespace {

using namespace plumbline;

constexpr Metric metrics[] = {
    {"quick.value", "count", Better::higher,
     "the length of the subject's name, known after a moment"},
    {"quick.rate", "GB/s", Better::higher, "10 between two hosts, 5 if one of them is slow"},
};

constexpr ProbeOption options[] = {
    {"subjects", "what there is to measure, joined by commas", "one,two,three"},
    {"seconds", "that each takes", "0.01"},
    {"crash", "the subject at which it crashes", ""},
    {"hang", "the subject at which it hangs", ""},
    {"fail", "the subject whose case fails", ""},
    {"slow-host", "pairs with it are at half speed", ""},
    {"dying-host", "it dies as soon as it has met another one", ""},
    {"rounds", "how often two hosts meet; more than one: each takes `seconds`", "1"},
    {"ranks", ranks_option.meaning, ranks_option.initial},
    {"rank", rank_option.meaning, rank_option.initial},
    {"rendezvous", rendezvous_option.meaning, rendezvous_option.initial},
    {"token", token_option.meaning, token_option.initial},
    {"gather-limit", gather_limit_option.meaning, gather_limit_option.initial},
};

using Options = std::map<std::string, std::string>;

void die_if_asked(const Options& asked, const HostIdentity& host) {
  if (asked.at("dying-host") == host.host) std::raise(SIGKILL);
}

void plan_pairs(Plan& plan) {
  if (plan.shown_only()) return plan.fact(metrics[1], {.peer = "other/node"}, 10.0);
  const Options& asked = plan.options();
  const std::string own = plan.self().host;
  const Place place = find_place(asked);
  const auto leader = std::make_shared<Leader>(
      Leader::gather(Listener(place.rendezvous), place, {own, nlohmann::json::object()}));
  die_if_asked(asked, plan.self());
  const int rounds = std::stoi(asked.at("rounds"));
  const std::chrono::duration<double> seconds(rounds > 1 ? std::stod(asked.at("seconds")) : 0);
  for (int i = 0; i < rounds * (leader->size() - 1); ++i) {
    const int rank = 1 + i / rounds;
    const std::string& peer = leader->rank(rank).host;
    const bool slow = asked.at("slow-host") == own || asked.at("slow-host") == peer;
    Work work{.peer = peer + "/node"};
    if (rounds > 1) work.params.set("round", std::to_string(i % rounds));
    plan.fact(metrics[1], std::move(work), [leader, rank, slow, seconds]() -> Fact {
      std::this_thread::sleep_for(seconds);
      leader->send(rank, "again", deadline_in(5));
      while (true) {
        const auto answer = leader->receive(deadline_in(5));
        if (!answer) throw std::runtime_error("no answer within 5 s");
        if (answer->rank == rank) return slow ? 5.0 : 10.0;
      }
    });
  }
}

std::optional<int> follow(const Options& asked, const HostIdentity& host) {
  const Place place = find_place(asked);
  if (place.rank == 0) return std::nullopt;
  Follower follower = Follower::join(place, {host.host, nlohmann::json::object()});
  die_if_asked(asked, host);
  try {
    while (const auto message = follower.receive(deadline_in(30))) {
      follower.send(*message, deadline_in(5));
    }
  } catch (const RankLost&) {  // rank 0 is done
  }
  return exit_ok;
}

void plan(Plan& plan) {
  if (plan.option("ranks") != "1") return plan_pairs(plan);
  const auto seconds = std::chrono::duration<double>(std::stod(plan.option("seconds")));
  std::istringstream subjects(plan.option("subjects"));
  for (std::string subject; std::getline(subjects, subject, ',');) {
    plan.fact(metrics[0], {.subject = subject},
              [=, crash = plan.option("crash"), hang = plan.option("hang"),
               fail = plan.option("fail")]() -> FactValue {
                std::this_thread::sleep_for(seconds);
                if (subject == crash) std::raise(SIGSEGV);
                while (subject == hang) std::this_thread::sleep_for(seconds);
                if (subject == fail) throw std::runtime_error("as it was asked to");
                return static_cast<double>(subject.size());
              });
  }
}

constexpr Probe probe{
    "quick", "Takes milliseconds, for tests of the runner", metrics, options, plan, follow};

}  // namespace

int main(int argc, char** argv) { return run_probe(probe, argc, argv); }
