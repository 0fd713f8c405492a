#include <fmt/format.h>
#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "probes/doctor/checks.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* memory_group = "memory";

/// "madvise" out of "always [madvise] never".
std::string chosen(const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']');
  if (open == std::string::npos || close == std::string::npos) return text;
  return text.substr(open + 1, close - open - 1);
}

Check huge_page_check(const Host& host) {
  const std::string pool = "sys/kernel/mm/hugepages/hugepages-2048kB/";
  const std::uint64_t all = host.number(pool + "nr_hugepages").value_or(0);
  const std::uint64_t free = host.number(pool + "free_hugepages").value_or(0);
  const std::string transparent =
      chosen(host.text("sys/kernel/mm/transparent_hugepage/enabled").value_or("not supported"));
  Check check{memory_group,
              "huge pages",
              State::ok,
              fmt::format("{} of {} pages of 2 MiB free, transparent: {}", free, all, transparent),
              "",
              ""};
  if (free == 0 && transparent != "always" && transparent != "madvise") {
    check.state = State::note;
    check.why = "memory latency is then measured with the TLB misses of 4 KiB pages in it";
    check.mend = "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled";
  }
  return check;
}

Check balancing_check(const Host& host) {
  const auto balancing = host.number("proc/sys/kernel/numa_balancing");
  const std::size_t nodes = host.numa_nodes();
  Check check{
      memory_group, "NUMA balancing",
      State::ok,    balancing.value_or(0) == 0 ? "off" : fmt::format("on, {} NUMA nodes", nodes),
      "",           ""};
  if (balancing.value_or(0) != 0 && nodes > 1) {
    check.state = State::note;
    check.why = "the kernel moves pages while they are measured";
    check.mend = "sudo sysctl kernel.numa_balancing=0";
  }
  return check;
}

/// The error of asking where one page of ours lies and of binding it there; 0: both are allowed.
int placement_error() {
  const auto page_size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<char> buffer(2 * page_size, 1);
  const auto at =
      (reinterpret_cast<std::uintptr_t>(buffer.data()) + page_size - 1) / page_size * page_size;
  void* page = reinterpret_cast<void*>(at);
  int node = -1;
  if (syscall(SYS_move_pages, 0, 1UL, &page, nullptr, &node, 0) != 0) return errno;
  if (syscall(SYS_mbind, page, page_size, MPOL_DEFAULT, nullptr, 0UL, 0U) != 0) return errno;
  return 0;
}

Check placement_check(const Host& host) {
  Check check{memory_group, "page placement", State::ok, "may be set and read", "", ""};
  const int error = placement_error();
  if (error == 0) return check;
  check.found = fmt::format("refused: {}", std::strerror(error));
  check.why = "memory is measured per NUMA node only if pages can be placed and looked up";
  check.mend = "in a container: docker run --cap-add SYS_NICE";
  check.state = host.numa_nodes() > 1 ? State::lacks : State::note;
  return check;
}

/// The lowest memory limit of the control groups that this process is in.
std::optional<std::uint64_t> memory_limit(const Host& host) {
  std::optional<std::uint64_t> lowest;
  for (const std::string& folder : host.cgroups("memory")) {
    for (const char* file : {"/memory.max", "/memory.limit_in_bytes"}) {
      const auto limit = host.number(folder + file);
      if (limit) lowest = std::min(*limit, lowest.value_or(*limit));
    }
  }
  return lowest;
}

Check limit_check(const Host& host) {
  const std::string total_kib = host.field("proc/meminfo", "MemTotal:").value_or("");
  const std::uint64_t total =
      parse_integer(total_kib.substr(0, total_kib.find(' '))).value_or(0) * 1024;
  const double gib = 1024.0 * 1024 * 1024;
  Check check{memory_group, "memory",
              State::ok,    fmt::format("{:.1f} GiB", static_cast<double>(total) / gib),
              "",           ""};
  const auto limit = memory_limit(host);
  if (limit && *limit < total) {
    check.state = State::note;
    check.found +=
        fmt::format(", a control group allows {:.1f} GiB", static_cast<double>(*limit) / gib);
    check.why = "buffers of 4 times the last-level caches must fit below the limit";
    check.mend = "start the container or unit without a memory limit";
  }
  return check;
}

}  // namespace

Checks memory_checks(const Host& host) {
  Checks checks = {limit_check(host), huge_page_check(host), balancing_check(host)};
  if (host.is_this_machine()) checks.push_back(placement_check(host));
  return checks;
}

}  // namespace plumbline
