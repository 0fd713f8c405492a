#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "probes/node/node.h"

namespace plumbline {

/// A function on the PCI bus as sysfs shows it.
struct PciFunction {
  std::string address;  ///< 0000:53:00.0
  PciId id;
  DeviceKind kind = DeviceKind::other;
  std::string driver;  ///< of the kernel, bound to it; empty: none
};

/// The host that is examined: its files below a root folder, "/" for this machine. Another root
/// holds another host's sys/, proc/, dev/ ...; what only a system call can tell is then unknown.
class Host {
 public:
  explicit Host(std::filesystem::path root = "/");

  bool is_this_machine() const { return root_ == "/"; }

  /// "proc/meminfo" below the root.
  std::filesystem::path path(const std::string& relative) const { return root_ / relative; }

  bool exists(const std::string& relative) const;
  /// The file may be opened for reading and writing.
  bool may_open(const std::string& relative) const;
  /// The whole file without white space at its end; nothing if it cannot be read.
  std::optional<std::string> text(const std::string& relative) const;
  /// The file as one unsigned number.
  std::optional<std::uint64_t> number(const std::string& relative) const;
  /// Names in a folder, sorted; none if it is not there.
  std::vector<std::string> names(const std::string& relative) const;

  /// The value of a line "KEY   VALUE" or "KEY: VALUE": `field("proc/meminfo", "MemTotal:")`.
  std::optional<std::string> field(const std::string& relative, const std::string& key) const;

  /// Where this process stands in a control group file system: "sys/fs/cgroup/a/b" for version 2.
  /// For version 1 `controller` is its name ("cpu", "memory").
  std::vector<std::string> cgroups(const std::string& controller) const;

  /// In the order of their addresses.
  std::vector<PciFunction> devices(DeviceKind kind) const;
  std::size_t count(DeviceKind kind) const { return devices(kind).size(); }

  /// CPUs that are online.
  std::size_t cpus() const;
  std::size_t numa_nodes() const;

 private:
  std::filesystem::path root_;
  std::vector<PciFunction> pci_;
};

/// How many CPUs "0-3,8,10-11" names.
std::size_t count_cpus(const std::string& list);

}  // namespace plumbline
