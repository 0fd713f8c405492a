#include "tests/unit/efa/loopback.h"

#include <signal.h>

#include "probes/efa/find_rails.h"

namespace plumbline::efa {
namespace {

/// Of libfabric, asked once.
std::string library() {
  static const std::string version = [] {
    LocalCrew crew(this_program());
    return find_rails(crew, {}, {.provider = "shm"}).library;
  }();
  return version;
}

}  // namespace

std::vector<std::string> loopback_providers() { return {"tcp", "shm"}; }

Site loopback_site(const std::string& provider) {
  LocalCrew crew(this_program());
  RailChoice choice;
  choice.provider = provider == "tcp" ? provider_for("auto", {}, library()) : provider;
  if (provider == "tcp") choice.names = {"lo"};
  const HostRails rails = find_rails(crew, {}, choice);
  if (rails.rails.empty()) throw std::runtime_error(rails.why_none);
  return {0, "here", rails.rails.front(), rails.cores};
}

StreamSettings short_streams(Operation operation, std::uint64_t bytes) {
  StreamSettings settings;
  settings.operation = operation;
  settings.bytes = bytes;
  settings.working_set = 1 << 20;
  settings.seconds = 0.05;
  settings.interval_s = 0.01;
  settings.warm_up_s = 0.02;
  settings.stall_s = 60;
  return settings;
}

SessionSettings polite_ends() { return {.spin = SessionSettings::Spin::no}; }

void MishapCrew::signal(WorkerId worker, int number) { ::kill(crew_.process_of(worker), number); }

}  // namespace plumbline::efa
