#include "probes/efa/interfaces.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace plumbline::efa {
namespace {

struct FreeAddresses {
  void operator()(ifaddrs* list) const noexcept { ::freeifaddrs(list); }
};

std::string text_of(const sockaddr* address, socklen_t size) {
  std::array<char, NI_MAXHOST> text{};
  const int result =
      ::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return result == 0 ? text.data() : "";
}

/// An address that a rail can use; empty: none of those.
std::string usable_address(const sockaddr* address) {
  if (address == nullptr) return "";
  if (address->sa_family == AF_INET) return text_of(address, sizeof(sockaddr_in));
  if (address->sa_family != AF_INET6) return "";
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
  if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) return "";
  return text_of(address, sizeof(sockaddr_in6));
}

}  // namespace

std::vector<Interface> interfaces() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    throw std::system_error(errno, std::generic_category(), "getifaddrs");
  }
  const std::unique_ptr<ifaddrs, FreeAddresses> list(first);
  std::map<std::pair<bool, std::string>, Interface> found;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) == 0) continue;
    const std::string address = usable_address(entry->ifa_addr);
    if (address.empty()) continue;
    const bool is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    Interface& interface = found[{is_loopback, entry->ifa_name}];
    const bool is_v4 = entry->ifa_addr->sa_family == AF_INET;
    const bool had_v4 = interface.address.find('.') != std::string::npos;
    if (!interface.address.empty() && (had_v4 || !is_v4)) continue;
    interface = {entry->ifa_name, address, is_loopback};
  }
  std::vector<Interface> all;
  for (auto& [key, interface] : found) all.push_back(std::move(interface));
  return all;
}

std::vector<Interface> choose_interfaces(const std::vector<Interface>& all,
                                         const std::vector<std::string>& names) {
  std::vector<Interface> chosen;
  for (const std::string& name : names) {
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Interface& interface) { return interface.name == name; });
    if (found == all.end()) {
      std::string known;
      for (const Interface& interface : all) known += ' ' + interface.name;
      throw std::invalid_argument(fmt::format(
          "--rails: found \"{}\", expected interfaces that are up and have an address:{}", name,
          known));
    }
    chosen.push_back(*found);
  }
  if (!names.empty()) return chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
               [](const Interface& interface) { return !interface.is_loopback; });
  return chosen.empty() ? all : chosen;
}

}  // namespace plumbline::efa
