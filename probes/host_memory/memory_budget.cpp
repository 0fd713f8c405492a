#include "probes/host_memory/memory_budget.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "results/schema/number.h"

namespace plumbline::host_memory {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// The kibibytes of "MemFree: 23564544 kB" and of "Node 0 MemFree: 3954152 kB" by their names.
std::map<std::string, std::uint64_t> read_meminfo(const fs::path& file) {
  std::map<std::string, std::uint64_t> bytes;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string word;
    while (words >> word && !word.ends_with(':')) continue;
    std::uint64_t kibibytes = 0;
    if (words >> kibibytes) bytes[word.substr(0, word.size() - 1)] = kibibytes * 1024;
  }
  return bytes;
}

/// The file's only word as a number; nothing if it is missing or says "max".
std::optional<std::uint64_t> read_number(const fs::path& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return parse_integer(word);
}

/// The value behind `key` in a file of "key value" lines; 0 if it is not there.
std::uint64_t read_keyed(const fs::path& file, const std::string& key) {
  std::ifstream stream(file);
  std::string name;
  std::uint64_t value = 0;
  while (stream >> name >> value) {
    if (name == key) return value;
  }
  return 0;
}

/// What one cgroup leaves: its limit less what it uses and cannot drop.
std::uint64_t left_in(const fs::path& group, const char* limit_file, const char* usage_file) {
  const auto limit = read_number(group / limit_file);
  if (!limit) return unlimited;
  const std::uint64_t used = read_number(group / usage_file).value_or(0);
  const std::uint64_t droppable = read_keyed(group / "memory.stat", "inactive_file");
  const std::uint64_t fixed = used - std::min(used, droppable);
  return *limit - std::min(*limit, fixed);
}

/// What the cgroups of this process leave, up to the root of each hierarchy.
std::uint64_t left_in_cgroups(const fs::path& root) {
  std::uint64_t left = unlimited;
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version_2 = controllers.empty();
    if (!version_2 && controllers != "memory") continue;
    const fs::path base = root / (version_2 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
    for (fs::path path = line.substr(second + 1);; path = path.parent_path()) {
      const fs::path group = base / path.relative_path();
      left = std::min(left, version_2
                                ? left_in(group, "memory.max", "memory.current")
                                : left_in(group, "memory.limit_in_bytes", "memory.usage_in_bytes"));
      if (path == path.parent_path()) break;
    }
  }
  return left;
}

fs::path node_folder(const fs::path& root, unsigned node) {
  return root / "sys/devices/system/node" / ("node" + std::to_string(node));
}

}  // namespace

MemoryBudget memory_budget(unsigned node, bool only_memory, const fs::path& root) {
  MemoryBudget budget;
  if (only_memory) {
    auto info = read_meminfo(root / "proc/meminfo");
    budget = {info["MemTotal"], info["MemAvailable"]};
  } else {
    auto info = read_meminfo(node_folder(root, node) / "meminfo");
    budget = {info["MemTotal"], info["MemFree"] + info["Inactive(file)"]};
  }
  budget.available_bytes = std::min(budget.available_bytes, left_in_cgroups(root));
  return budget;
}

HugePagePool huge_page_pool(unsigned node, const fs::path& root) {
  HugePagePool pool;
  pool.page_bytes = read_meminfo(root / "proc/meminfo")["Hugepagesize"];
  const fs::path folder = node_folder(root, node) / "hugepages" /
                          ("hugepages-" + std::to_string(pool.page_bytes / 1024) + "kB");
  pool.free_bytes = read_number(folder / "free_hugepages").value_or(0) * pool.page_bytes;
  return pool;
}

}  // namespace plumbline::host_memory
