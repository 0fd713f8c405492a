#include <fmt/format.h>

#include "probes/doctor/checks.h"
#include "results/schema/host_identity.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* system_group = "system";

Check type_check(const Host& host) {
  const HostIdentity identity = identify_host(host.path(""));
  Check check{system_group, "instance type",
              State::ok,    fmt::format("{} ({})", identity.instance_type, identity.source),
              "",           ""};
  if (identity.source != "DMI product name") {
    check.state = State::note;
    check.why = "the type decides what is expected; without the DMI it is named after the CPU";
    check.mend = "say it: --instance-type TYPE; in a container: let it see /sys/class/dmi";
  }
  return check;
}

Check open_file_check(const Host& host) {
  const std::string limits = host.field("proc/self/limits", "Max open files").value_or("");
  const std::string limit = limits.substr(0, limits.find(' '));
  Check check{system_group, "open files", State::ok, "up to " + limit, "", ""};
  const auto files = parse_integer(limit);
  if (files && *files < 1024) {
    check.state = State::note;
    check.why = "NCCL and libfabric open many files and connections for each GPU";
    check.mend = "ulimit -n 65536";
  }
  return check;
}

Check counter_check(const Host& host) {
  const auto level = host.text("proc/sys/kernel/perf_event_paranoid");
  Check check{system_group, "performance counters",
              State::ok,    level ? "perf_event_paranoid " + *level : "not in this kernel",
              "",           ""};
  const auto number = level ? parse_integer(*level) : std::nullopt;
  if (number && *number > 2) {
    check.state = State::note;
    check.why = "perf cannot be used to look into a slow result";
    check.mend = "sudo sysctl kernel.perf_event_paranoid=1";
  }
  return check;
}

Check schedule_check(const Host& host) {
  Check check{system_group, "scheduled runs", State::ok, "", "", ""};
  if (host.exists("run/systemd/system")) {
    check.found = "systemd runs";
  } else if (host.exists("usr/sbin/cron") || host.exists("usr/sbin/crond")) {
    check.found = "cron is installed";
  } else {
    check.state = State::note;
    check.found = "neither systemd nor cron is here";
    check.why = "something has to start the nightly suite";
    check.mend = "sudo apt-get install cron";
  }
  return check;
}

}  // namespace

Checks system_checks(const Host& host) {
  return {type_check(host), open_file_check(host), counter_check(host), schedule_check(host)};
}

}  // namespace plumbline
