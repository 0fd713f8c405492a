#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "probes/doctor/checks.h"

namespace plumbline {
namespace {

constexpr const char* gpu_group = "GPU";

/// "8 (10de:2330)", "2 (10de:2330), 1 (10de:20b0)"
std::string counted(const std::vector<PciFunction>& devices) {
  std::map<PciId, std::size_t> ids;
  for (const PciFunction& device : devices) ++ids[device.id];
  std::string text;
  for (const auto& [id, count] : ids) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} ({})", count, to_string(id));
  }
  return text;
}

/// "550.54.15" out of "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue ...".
std::string driver_version(const std::string& line) {
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string word = line.substr(at, end - at);
    const bool digits_and_dots = word.find_first_not_of("0123456789.") == std::string::npos;
    if (digits_and_dots && word.find('.') != std::string::npos) return word;
    at = end + 1;
  }
  return line;
}

/// The kernel modules of the running kernel hold a file of this name.
bool module_is_installed(const Host& host, const std::string& name) {
  const auto release = host.text("proc/sys/kernel/osrelease");
  if (!release) return false;
  const auto listed = host.text("lib/modules/" + *release + "/modules.dep");
  return listed && listed->find('/' + name + ".ko") != std::string::npos;
}

Check driver_check(const Host& host, const std::vector<PciFunction>& gpus) {
  Check check{gpu_group, "NVIDIA driver", State::ok, "", "", ""};
  if (const auto version = host.field("proc/driver/nvidia/version", "NVRM version:")) {
    check.found = driver_version(*version);
    const auto unbound = std::count_if(
        gpus.begin(), gpus.end(), [](const PciFunction& gpu) { return gpu.driver != "nvidia"; });
    if (unbound != 0) {
      check.state = State::lacks;
      check.found += fmt::format(", but {} of {} GPUs are not bound to it", unbound, gpus.size());
      check.why = "a GPU without the driver cannot be measured";
      check.mend = "dmesg | grep -i nvrm says why the driver refused it";
    }
    return check;
  }
  check.state = State::lacks;
  check.found = fmt::format("not loaded, but {} GPUs are on the PCI bus", gpus.size());
  check.why = "no GPU can be measured without it";
  if (host.exists("sys/module/nouveau")) {
    check.found += "; nouveau holds them";
    check.mend =
        "echo 'blacklist nouveau' | sudo tee /etc/modprobe.d/nouveau.conf && "
        "sudo update-initramfs -u && sudo reboot";
  } else if (module_is_installed(host, "nvidia")) {
    check.mend = "sudo modprobe nvidia && sudo modprobe nvidia-uvm";
  } else {
    check.mend =
        "install the NVIDIA driver for this kernel (on EC2: an AMI that brings it), then "
        "sudo modprobe nvidia";
  }
  return check;
}

Check device_file_check(const Host& host, std::size_t gpus) {
  Check check{gpu_group, "device files", State::ok, "", "", ""};
  std::size_t usable = 0;
  for (const std::string& name : host.names("dev")) {
    const bool is_gpu = name.starts_with("nvidia") && name.size() > 6 &&
                        name.find_first_not_of("0123456789", 6) == std::string::npos;
    if (is_gpu && host.may_open("dev/" + name)) ++usable;
  }
  std::string absent;
  for (const char* name : {"dev/nvidiactl", "dev/nvidia-uvm"}) {
    if (!host.may_open(name)) absent += std::string(absent.empty() ? "/" : " and /") + name;
  }
  check.found = fmt::format("{} of {} /dev/nvidia<N> may be used", usable, gpus);
  if (!absent.empty()) check.found += ", " + absent + " may not";
  if (usable < gpus || !absent.empty()) {
    check.state = State::lacks;
    check.why = "CUDA opens these files; in a container they must be passed in";
    check.mend = "sudo nvidia-modprobe -c 0 -u; in a container: docker run --gpus all ...";
  }
  return check;
}

Check fabric_manager_check(const Host& host, std::size_t switches) {
  Check check{gpu_group, "fabric manager", State::ok, "", "", ""};
  for (const std::string& process : host.names("proc")) {
    if (process.find_first_not_of("0123456789") != std::string::npos) continue;
    if (host.text("proc/" + process + "/comm") == "nv-fabricmanager") {
      check.found = fmt::format("runs as process {}, {} NVSwitches", process, switches);
      return check;
    }
  }
  check.state = State::lacks;
  check.found = fmt::format("does not run, but {} NVSwitches are on the PCI bus", switches);
  check.why = "without it CUDA does not start on GPUs behind NVSwitches (error 802)";
  check.mend =
      "sudo systemctl enable --now nvidia-fabricmanager (its version must be the driver's)";
  return check;
}

}  // namespace

Checks gpu_checks(const Host& host) {
  const std::vector<PciFunction> gpus = host.devices(DeviceKind::gpu);
  if (gpus.empty()) {
    return {{gpu_group, "GPUs", State::note, "none on the PCI bus: this is a CPU node", "", ""}};
  }
  Checks checks = {{gpu_group, "GPUs", State::ok, counted(gpus), "", ""}};
  checks.push_back(driver_check(host, gpus));
  checks.push_back(device_file_check(host, gpus.size()));
  if (const std::size_t switches = host.count(DeviceKind::nvswitch); switches != 0) {
    checks.push_back(fabric_manager_check(host, switches));
  }
  return checks;
}

}  // namespace plumbline
