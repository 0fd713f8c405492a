#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "probes/doctor/checks.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* cpu_group = "CPU";

Check governor_check(const Host& host) {
  std::map<std::string, std::size_t> governors;
  const std::string cpus = "sys/devices/system/cpu/";
  for (const std::string& cpu : host.names(cpus)) {
    const auto governor = host.text(cpus + cpu + "/cpufreq/scaling_governor");
    if (governor) ++governors[*governor];
  }
  Check check{cpu_group, "governor", State::ok, "", "", ""};
  if (governors.empty()) {
    check.found = "not ours to set: the hypervisor or the firmware decides";
    return check;
  }
  bool slow = false;
  for (const auto& [governor, count] : governors) {
    if (!check.found.empty()) check.found += ", ";
    check.found += fmt::format("{} on {} CPUs", governor, count);
    slow = slow || governor != "performance";
  }
  if (slow) {
    check.state = State::note;
    check.why = "a CPU that first has to clock up is measured slower, and not twice the same";
    check.mend =
        "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor";
  }
  return check;
}

/// CPUs' worth of time that the tightest control group allows.
std::optional<double> cpu_quota(const Host& host) {
  std::optional<double> lowest;
  const auto consider = [&](std::optional<double> quota, std::optional<double> period) {
    if (!quota || !period || *quota <= 0 || *period <= 0) return;
    lowest = std::min(*quota / *period, lowest.value_or(*quota / *period));
  };
  for (const std::string& folder : host.cgroups("cpu")) {
    if (const auto limits = host.text(folder + "/cpu.max")) {  // "max 100000", "200000 100000"
      const std::size_t space = limits->find(' ');
      if (space != std::string::npos) {
        consider(parse_number(limits->substr(0, space)), parse_number(limits->substr(space + 1)));
      }
    }
    const auto quota = host.text(folder + "/cpu.cfs_quota_us");
    const auto period = host.text(folder + "/cpu.cfs_period_us");
    if (quota && period) consider(parse_number(*quota), parse_number(*period));
  }
  return lowest;
}

Check cpu_check(const Host& host) {
  const std::size_t online = host.cpus();
  const std::string allowed_list =
      host.field("proc/self/status", "Cpus_allowed_list:").value_or("");
  const std::size_t allowed = count_cpus(allowed_list);
  Check check{cpu_group, "CPUs", State::ok, fmt::format("{} online, all may be used", online),
              "",        ""};
  if (allowed < online) {
    check.state = State::note;
    check.found = fmt::format("{} online, {} may be used ({})", online, allowed, allowed_list);
    check.why = "only these are measured; the others' memory channels may stay idle";
    check.mend =
        "start plumbline without a CPU set (docker --cpuset-cpus, taskset, Slurm --exclusive)";
  }
  if (const auto quota = cpu_quota(host); quota && *quota < static_cast<double>(online)) {
    check.state = State::lacks;
    check.found += fmt::format("; a control group allows the time of {:.1f}", *quota);
    check.why = "the kernel stops the measuring threads for part of each period";
    check.mend = "start the container or unit without a CPU limit";
  }
  return check;
}

Check clock_check(const Host& host) {
  const std::string source =
      host.text("sys/devices/system/clocksource/clocksource0/current_clocksource")
          .value_or("unknown");
  Check check{cpu_group, "clock source", State::ok, source, "", ""};
  if (source != "tsc" && source != "kvm-clock" && source != "arch_sys_counter") {
    check.state = State::note;
    check.why = "reading this clock is slow: short measurements carry its cost";
    check.mend =
        "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource";
  }
  return check;
}

Check load_check(const Host& host) {
  const std::string loads = host.text("proc/loadavg").value_or("");
  const auto load = parse_number(loads.substr(0, loads.find(' ')));
  Check check{cpu_group, "load",
              State::ok, load ? fmt::format("{:.2f} over the last minute", *load) : "unknown",
              "",        ""};
  if (load && *load > 0.25 * static_cast<double>(host.cpus())) {
    check.state = State::note;
    check.found += fmt::format(" on {} CPUs", host.cpus());
    check.why = "what runs beside a measurement takes its bandwidth";
    check.mend = "top shows what runs; stop it, or wait";
  }
  return check;
}

}  // namespace

Checks cpu_checks(const Host& host) {
  return {cpu_check(host), governor_check(host), clock_check(host), load_check(host)};
}

}  // namespace plumbline
