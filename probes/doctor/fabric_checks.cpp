#include <fmt/format.h>

#include <algorithm>

#include "probes/doctor/checks.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* fabric_group = "fabric";

/// AWS asks for at least this much before it calls an instance healthy.
constexpr std::uint64_t enough_locked_bytes = std::uint64_t{16} << 30;

Check module_check(const Host& host, std::size_t efas) {
  Check check{fabric_group, "efa module", State::ok, "", "", ""};
  if (host.exists("sys/module/efa")) {
    const auto version = host.text("sys/module/efa/version");
    check.found = version ? "loaded, version " + *version : "loaded";
    return check;
  }
  check.state = State::lacks;
  check.found = fmt::format("not loaded, but {} EFA devices are on the PCI bus", efas);
  check.why = "without it no EFA device becomes an RDMA device";
  check.mend = "sudo modprobe efa; if there is no such module: sudo ./efa_installer.sh -y";
  return check;
}

Check rdma_check(const Host& host, std::size_t efas) {
  const std::vector<std::string> devices = host.names("sys/class/infiniband");
  Check check{fabric_group, "RDMA devices",
              State::ok,    fmt::format("{} for {} EFA devices", devices.size(), efas),
              "",           ""};
  if (devices.size() < efas) {
    check.state = State::lacks;
    check.why = "an EFA device without an RDMA device carries no traffic";
    check.mend = "dmesg | grep -i efa says why the module refused it";
  }
  return check;
}

Check verbs_file_check(const Host& host, std::size_t efas) {
  std::size_t there = 0, usable = 0;
  for (const std::string& name : host.names("dev/infiniband")) {
    if (!name.starts_with("uverbs")) continue;
    ++there;
    if (host.may_open("dev/infiniband/" + name)) ++usable;
  }
  Check check{fabric_group, "/dev/infiniband",
              State::ok,    fmt::format("{} of {} uverbs files may be used", usable, there),
              "",           ""};
  if (usable < efas) {
    check.state = State::lacks;
    check.found += fmt::format(", {} EFA devices", efas);
    check.why = "libfabric opens one for each EFA device";
    check.mend = there < efas ? "in a container: docker run --device /dev/infiniband/uverbs<N> for "
                                "each; else sudo modprobe ib_uverbs"
                              : "sudo chmod a+rw /dev/infiniband/uverbs*";
  }
  return check;
}

/// The soft limit of "Max locked memory         65536                65536                bytes".
std::string soft_limit(const Host& host, const std::string& key) {
  const std::string limits = host.field("proc/self/limits", key).value_or("");
  return limits.substr(0, limits.find(' '));
}

Check memlock_check(const Host& host, bool has_efa) {
  const std::string limit = soft_limit(host, "Max locked memory");
  Check check{fabric_group, "memlock limit", State::ok, "unlimited", "", ""};
  if (limit == "unlimited") return check;
  const auto bytes = parse_integer(limit);
  check.found = bytes ? format_bytes(*bytes) : "unknown";
  if (!has_efa) {
    check.found += "; nothing here locks more";
    return check;
  }
  if (bytes && *bytes >= enough_locked_bytes) return check;
  check.state = State::lacks;
  check.found += ", expected unlimited";
  check.why = "EFA registers buffers in locked memory; above the limit registration fails";
  check.mend =
      "printf '* %s memlock unlimited\\n' soft hard | sudo tee "
      "/etc/security/limits.d/99-memlock.conf, then log in again; in a container: docker run "
      "--ulimit memlock=-1; in a systemd unit: LimitMEMLOCK=infinity";
  return check;
}

Check installer_check(const Host& host) {
  Check check{fabric_group, "EFA software", State::ok, "", "", ""};
  const auto packages = host.text("opt/amazon/efa_installed_packages");
  if (packages) {
    const std::string key = "EFA installer version: ";
    const std::size_t at = packages->find(key);
    check.found = at == std::string::npos
                      ? "installed"
                      : "installer " + packages->substr(at + key.size(),
                                                        packages->find('\n', at) - at - key.size());
    return check;
  }
  check.state = State::note;
  check.found = "not from the EFA installer: /opt/amazon/efa_installed_packages is not there";
  check.why = "the versions of libfabric and rdma-core that AWS tests together come with it";
  check.mend = "sudo ./efa_installer.sh -y";
  return check;
}

}  // namespace

Checks fabric_checks(const Host& host) {
  const std::size_t efas = host.count(DeviceKind::efa);
  if (efas == 0) {
    return {{fabric_group, "EFA devices", State::note, "none on the PCI bus", "", ""},
            memlock_check(host, false)};
  }
  const auto devices = host.devices(DeviceKind::efa);
  return {{fabric_group, "EFA devices", State::ok,
           fmt::format("{} ({})", efas, to_string(devices.front().id)), "", ""},
          module_check(host, efas),
          rdma_check(host, efas),
          verbs_file_check(host, efas),
          memlock_check(host, true),
          installer_check(host)};
}

}  // namespace plumbline
