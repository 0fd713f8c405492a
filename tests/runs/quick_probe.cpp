// A probe of the real harness that takes milliseconds and misbehaves on request.

#include <chrono>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "probes/harness/probe.h"

namespace {

using namespace plumbline;

constexpr Metric value{"quick.value", "count", Better::higher,
                       "the length of the subject's name, known after a moment"};

constexpr ProbeOption options[] = {
    {"subjects", "what there is to measure, joined by commas", "one,two,three"},
    {"seconds", "that each takes", "0.01"},
    {"crash", "the subject at which it crashes", ""},
    {"hang", "the subject at which it hangs", ""},
    {"fail", "the subject whose case fails", ""},
};

void plan(Plan& plan) {
  const auto seconds = std::chrono::duration<double>(std::stod(plan.option("seconds")));
  std::istringstream subjects(plan.option("subjects"));
  for (std::string subject; std::getline(subjects, subject, ',');) {
    plan.fact(value, {.subject = subject},
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
    "quick", "Takes milliseconds, for tests of the runner", {&value, 1}, options, plan};

}  // namespace

int main(int argc, char** argv) { return run_probe(probe, argc, argv); }
