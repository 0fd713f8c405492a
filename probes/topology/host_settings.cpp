#include "probes/topology/host_settings.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  line.erase(line.find_last_not_of(" \t") + 1);
  return line;
}

/// The word in brackets: "always [madvise] never".
std::string chosen(const std::string& choices) {
  const std::size_t open = choices.find('['), close = choices.find(']');
  return open == std::string::npos || close == std::string::npos
             ? choices
             : choices.substr(open + 1, close - open - 1);
}

/// The value after "name<separator>" in a file of lines: /proc/meminfo, /etc/os-release.
std::string value_of(const std::filesystem::path& file, const std::string& name_and_separator) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(name_and_separator)) continue;
    line.erase(0, name_and_separator.size());
    line.erase(0, line.find_first_not_of(" \""));
    line.erase(line.find_last_not_of(" \"") + 1);
    return line;
  }
  return {};
}

/// The governors of all CPUs; more than one is worth knowing.
std::string governors(const std::filesystem::path& root) {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(root / "sys/devices/system/cpu/cpufreq", error)) {
    const std::string governor = first_line(entry.path() / "scaling_governor");
    if (!governor.empty()) found.insert(governor);
  }
  return fmt::format("{}", fmt::join(found, " "));
}

std::string gibibytes(const std::string& kilobytes) {
  std::istringstream stream(kilobytes);
  std::string number;
  stream >> number;
  const auto kib = parse_integer(number);
  return kib ? fmt::format("{:.1f} GiB", static_cast<double>(*kib) / (1024.0 * 1024)) : "";
}

}  // namespace

Settings host_settings(const std::filesystem::path& root) {
  Settings settings;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) settings.emplace_back(key, value);
  };
  utsname system{};
  if (::uname(&system) == 0) {
    add("kernel", system.release);
    add("architecture", system.machine);
  }
  add("os", value_of(root / "etc/os-release", "PRETTY_NAME="));
  const std::filesystem::path dmi = root / "sys/class/dmi/id";
  add("dmi.sys_vendor", first_line(dmi / "sys_vendor"));
  add("dmi.product_name", first_line(dmi / "product_name"));
  add("dmi.bios_version", first_line(dmi / "bios_version"));
  add("cpu_governor", governors(root));
  add("smt", first_line(root / "sys/devices/system/cpu/smt/control"));
  add("memory", gibibytes(value_of(root / "proc/meminfo", "MemTotal:")));
  add("swap", gibibytes(value_of(root / "proc/meminfo", "SwapTotal:")));
  add("transparent_hugepages",
      chosen(first_line(root / "sys/kernel/mm/transparent_hugepage/enabled")));
  add("hugepages_2MiB", first_line(root / "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"));
  add("hugepages_1GiB",
      first_line(root / "sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"));
  add("numa_balancing", first_line(root / "proc/sys/kernel/numa_balancing"));
  add("clocksource",
      first_line(root / "sys/devices/system/clocksource/clocksource0/current_clocksource"));
  return settings;
}

Settings telling_environment(const char* const* environment) {
  static constexpr std::array<std::string_view, 12> prefixes = {
      "NCCL_", "OFI_NCCL_", "FI_",  "RDMAV_", "CUDA_", "NVIDIA_VISIBLE_DEVICES=",
      "OMP_",  "GOMP_",     "KMP_", "HWLOC_", "LD_",   "GLIBC_TUNABLES="};
  Settings settings;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    const bool telling = std::any_of(prefixes.begin(), prefixes.end(),
                                     [&](std::string_view p) { return entry.starts_with(p); });
    if (!telling || equals == std::string_view::npos) continue;
    settings.emplace_back("env." + std::string(entry.substr(0, equals)),
                          std::string(entry.substr(equals + 1)));
  }
  std::sort(settings.begin(), settings.end());
  return settings;
}

}  // namespace plumbline
