#include "probes/health/kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace plumbline::health {
namespace {

/// One of the whole log: records come one by one, and one that was overwritten meanwhile is said
/// once.
nvml::Reading<std::string> read_records(int device) {
  std::string log;
  std::array<char, 8192> record{};
  for (;;) {
    const ssize_t bytes = ::read(device, record.data(), record.size());
    if (bytes > 0) {
      log.append(record.data(), static_cast<std::size_t>(bytes));
    } else if (bytes == 0 || errno == EAGAIN) {
      return log;
    } else if (errno != EPIPE && errno != EINTR && errno != EINVAL) {
      return {nvml::Status::no_permission, std::strerror(errno)};
    }
  }
}

}  // namespace

std::vector<Xid> xids_in(std::string_view log) {
  constexpr std::string_view mark = "NVRM: Xid (PCI:";
  std::vector<Xid> xids;
  for (std::size_t at = log.find(mark); at != std::string_view::npos; at = log.find(mark, at)) {
    std::string_view line = log.substr(at + mark.size());
    line = line.substr(0, line.find('\n'));
    at += mark.size();
    const std::size_t end = line.find("): ");
    if (end == std::string_view::npos) continue;
    Xid xid;
    xid.pci_address = line.substr(0, end);
    std::transform(xid.pci_address.begin(), xid.pci_address.end(), xid.pci_address.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (xid.pci_address.find('.') == std::string::npos) xid.pci_address += ".0";
    line.remove_prefix(end + 3);
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), xid.number);
    if (error != std::errc()) continue;
    line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
    line.remove_prefix(std::min(line.find_first_not_of(", "), line.size()));
    xid.text = line;
    xids.push_back(std::move(xid));
  }
  return xids;
}

bool is_of_a_program(unsigned number) {
  constexpr std::array numbers = {13U, 31U, 43U, 45U};
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

nvml::Reading<std::string> read_kernel_log(const std::filesystem::path& device) {
  const int file = ::open(device.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    return {nvml::Status::no_permission, "the kernel's log cannot be read (" + device.string() +
                                             ": " + std::strerror(errno) +
                                             "): run as root on the host itself to see XIDs"};
  }
  auto log = read_records(file);
  ::close(file);
  if (log) return log;
  return {log.status(), "the kernel's log cannot be read (" + device.string() + ": " +
                            log.reason() + "): run as root on the host itself to see XIDs"};
}

}  // namespace plumbline::health
