#include "probes/world/host_list.h"

#include <fmt/format.h>

#include <stdexcept>

namespace plumbline {

std::string first_host(std::string_view hostlist) {
  std::string host;
  std::string_view left = hostlist;
  while (!left.empty() && left.front() != ',') {
    if (left.front() != '[') {
      host += left.front();
      left.remove_prefix(1);
      continue;
    }
    const std::size_t end = left.find(']');
    const std::string_view first = left.substr(1, left.find_first_of(",-]") - 1);
    if (end == std::string_view::npos || first.empty()) {
      host.clear();
      break;
    }
    host += first;
    left.remove_prefix(end + 1);
  }
  if (host.empty() || host.find_first_of("] \t") != std::string::npos) {
    throw std::invalid_argument(
        fmt::format("found \"{}\", expected a list of hosts as n[1-4,07],m3", hostlist));
  }
  return host;
}

}  // namespace plumbline
