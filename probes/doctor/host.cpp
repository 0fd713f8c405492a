#include "probes/doctor/host.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "results/schema/number.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  return text;
}

/// "0x10de" of a sysfs attribute.
std::uint32_t hexadecimal(const std::string& text) {
  std::uint32_t value = 0;
  if (text.starts_with("0x")) {
    std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
  }
  return value;
}

}  // namespace

Host::Host(fs::path root) : root_(std::move(root)) {
  const std::string bus = "sys/bus/pci/devices/";
  for (const std::string& address : names(bus)) {
    const auto attribute = [&](const char* name) {
      return hexadecimal(text(bus + address + '/' + name).value_or(""));
    };
    PciFunction function;
    function.address = address;
    function.id = {static_cast<std::uint16_t>(attribute("vendor")),
                   static_cast<std::uint16_t>(attribute("device"))};
    function.kind = kind_of(function.id, static_cast<std::uint16_t>(attribute("class") >> 8));
    std::error_code none;
    function.driver = fs::read_symlink(path(bus + address + "/driver"), none).filename().string();
    pci_.push_back(std::move(function));
  }
}

bool Host::exists(const std::string& relative) const {
  std::error_code none;
  return fs::exists(path(relative), none);
}

bool Host::may_open(const std::string& relative) const {
  return ::access(path(relative).c_str(), R_OK | W_OK) == 0;
}

std::optional<std::string> Host::text(const std::string& relative) const {
  std::ifstream stream(path(relative), std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad()) return std::nullopt;
  return trimmed(std::move(text));
}

std::optional<std::uint64_t> Host::number(const std::string& relative) const {
  const auto content = text(relative);
  return content ? parse_integer(*content) : std::nullopt;
}

std::vector<std::string> Host::names(const std::string& relative) const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path(relative), error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> Host::field(const std::string& relative, const std::string& key) const {
  std::istringstream lines(text(relative).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key)) return trimmed(line.substr(key.size()));
  }
  return std::nullopt;
}

std::vector<std::string> Host::cgroups(const std::string& controller) const {
  // Lines are "ID:CONTROLLERS:PATH"; version 2 has the id 0 and no controllers. A container often
  // sees its own group at the top of the mount, so the top is looked at too.
  std::vector<std::string> folders;
  std::istringstream lines(text("proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string named = ',' + line.substr(first + 1, second - first - 1) + ',';
    std::string top;
    if (named == ",,") {
      top = "sys/fs/cgroup";
    } else if (named.find(',' + controller + ',') != std::string::npos) {
      top = "sys/fs/cgroup/" + controller;
    } else {
      continue;
    }
    for (std::string path = line.substr(second + 1); path.size() > 1;
         path.erase(path.find_last_of('/'))) {
      folders.push_back(top + path);
    }
    folders.push_back(top);
  }
  return folders;
}

std::vector<PciFunction> Host::devices(DeviceKind kind) const {
  std::vector<PciFunction> found;
  std::copy_if(pci_.begin(), pci_.end(), std::back_inserter(found),
               [&](const PciFunction& function) { return function.kind == kind; });
  return found;
}

std::size_t Host::cpus() const {
  return count_cpus(text("sys/devices/system/cpu/online").value_or(""));
}

std::size_t Host::numa_nodes() const {
  return count_cpus(text("sys/devices/system/node/online").value_or(""));
}

std::size_t count_cpus(const std::string& list) {
  std::size_t count = 0;
  std::istringstream ranges(list);
  for (std::string range; std::getline(ranges, range, ',');) {
    const std::size_t dash = range.find('-');
    const auto first = parse_integer(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_integer(range.substr(dash + 1));
    if (first && last && *last >= *first) count += *last - *first + 1;
  }
  return count;
}

}  // namespace plumbline
