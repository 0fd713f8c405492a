// A probe of made-up cases: what all probes share is tested through it.

#include <array>
#include <cmath>
#include <stdexcept>

#include "probes/harness/probe.h"
#include "probes/harness/skip.h"

namespace plumbline {
namespace {

constexpr std::array metrics = {
    Metric{"example.rate", "GB/s", Better::higher, "made-up bytes per made-up second"},
    Metric{"example.count", "count", Better::exact, "a number that is known"},
};
constexpr std::array options = {
    ProbeOption{"speed", "the made-up rate in GB/s", "10"},
    ProbeOption{"refuse", "let the plan fail", "false"},
    ProbeOption{"follow", "do what another process asks, which is nothing", "false"},
};

void plan(Plan& plan) {
  if (plan.flag("refuse")) throw std::runtime_error("the machine cannot be read");
  const double speed = std::stod(plan.option("speed"));
  const Sampling quick{.min_seconds = 0};
  plan.device({"", "numa0", "numa", "memory", "", "", "", 0});
  plan.context("example", "yes");
  plan.context("example", "no", "elsewhere");
  plan.fact(metrics[1], {}, [] {
    Fact fact(8.0);
    fact.over_time = {2, {7, std::nullopt, 9}};
    return fact;
  });
  for (const char* subject : {"a", "b", "c"}) {
    plan.rate(
        metrics[0], {.subject = subject}, 1e9, 1e9,
        [speed, n = 0]() mutable {
          return Prepared{
              [speed, n]() mutable { return (1 + 1e-4 * std::sin(++n)) / speed; }, {}, {}};
        },
        quick);
  }
  plan.rate(metrics[0], {.subject = "broken"}, 1e9, 1e9,
            []() -> Prepared { throw std::runtime_error("the device fell off the bus"); });
  plan.fact(metrics[1], {.subject = "absent"},
            []() -> FactValue { throw Skip("libexample.so is missing"); });
  const HostIdentity elsewhere{"elsewhere", "other.type", ""};
  plan.fact(metrics[1], {.host = elsewhere, .subject = "a", .peer = "here/a"}, 2.0);
}

std::optional<int> follow(const std::map<std::string, std::string>& asked,
                          const HostIdentity& self) {
  if (asked.at("follow") != "true") return std::nullopt;
  return self.host == "n7" ? 6 : 5;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  return plumbline::run_probe({"example", "tests what all probes share", plumbline::metrics,
                               plumbline::options, plumbline::plan, plumbline::follow},
                              argc, argv);
}
