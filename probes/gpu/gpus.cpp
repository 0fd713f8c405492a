#include "probes/gpu/gpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "probes/node/discover.h"
#include "probes/vendor/environment.h"
#include "probes/vendor/stand_in.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

/// What is known of a machine without its driver.
struct Surroundings {
  std::vector<std::string> addresses;  ///< of the GPUs on the PCI bus
  std::map<std::string, unsigned> numa_node_of;
  std::vector<unsigned> numa_nodes;
};

Surroundings of_this_machine() {
  Surroundings found;
  const Node node = discover();
  for (const NumaNode& memory : node.numa_nodes) {
    if (memory.has_cpus()) found.numa_nodes.push_back(memory.os_index);
  }
  for (const PciDevice* gpu : node.devices_of(DeviceKind::gpu)) {
    const std::string address = to_string(gpu->address);
    found.addresses.push_back(address);
    if (gpu->numa_node) found.numa_node_of[address] = *gpu->numa_node;
  }
  return found;
}

Surroundings described_by(const StandIn& machine) {
  Surroundings described{machine.gpu_addresses, {}, machine.numa_nodes};
  const std::size_t told = std::min(machine.gpu_numa_nodes.size(), machine.gpu_addresses.size());
  for (std::size_t i = 0; i < told; ++i) {
    described.numa_node_of[machine.gpu_addresses[i]] = machine.gpu_numa_nodes[i];
  }
  return described;
}

/// All addresses that the bus or the driver knows, in order: gpu0, gpu1 ...
std::vector<std::string> all_addresses(std::vector<std::string> on_the_bus,
                                       const std::vector<cuda::Device>& devices) {
  for (const cuda::Device& device : devices) on_the_bus.push_back(device.pci_address);
  std::sort(on_the_bus.begin(), on_the_bus.end());
  on_the_bus.erase(std::unique(on_the_bus.begin(), on_the_bus.end()), on_the_bus.end());
  return on_the_bus;
}

std::string subject_of(std::size_t index) { return "gpu" + std::to_string(index); }

void tell(Plan& plan, const cuda::Driver& driver) {
  plan.context("cuda.library", driver.library().path());
  plan.context("cuda.version", cuda::version_text(driver.version()));
}

}  // namespace

double number_option(const Plan& plan, const ProbeOption& option) {
  const auto value = parse_number(plan.option(option.name));
  if (!value || *value < 0) {
    throw std::invalid_argument(fmt::format("--{}: found \"{}\", expected a number from 0 on",
                                            option.name, plan.option(option.name)));
  }
  return *value;
}

CudaMachine find_gpus(Plan& plan, double wait_limit_s) {
  const double start_limit_s = number_option(plan, start_time_option);
  for (const Scrubbed& variable : scrub_environment(cuda_environment())) {
    plan.context("env." + variable.name, variable.value + " (taken away)");
  }
  CudaMachine machine;
  std::vector<cuda::Device> devices;
  Surroundings around;
  std::string reason;
  try {
    DynamicLibrary library = cuda::open_library(plan.option(libcuda_option.name));
    if (const auto described = stand_in(library)) {
      plan.describes(described->host, described->instance_type);
      around = described_by(*described);
    } else {
      around = of_this_machine();
    }
    auto driver =
        std::make_shared<const cuda::Driver>(std::move(library), start_limit_s, wait_limit_s);
    devices = driver->devices();
    tell(plan, *driver);
    machine.driver = std::move(driver);
  } catch (const cuda::Unavailable& unavailable) {
    reason = unavailable.what();
    if (unavailable.problem() == cuda::Problem::driver_missing) around = of_this_machine();
  }

  machine.numa_nodes = around.numa_nodes;
  const std::vector<std::string> addresses = all_addresses(around.addresses, devices);
  if (addresses.empty()) {
    machine.absent.push_back({"node", reason.empty() ? "there is no GPU" : reason, false});
    return machine;
  }
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto device = std::find_if(devices.begin(), devices.end(), [&](const cuda::Device& d) {
      return d.pci_address == addresses[i];
    });
    if (device == devices.end()) {
      machine.absent.push_back(
          machine.driver == nullptr
              ? AbsentGpu{subject_of(i), reason, false}
              : AbsentGpu{
                    subject_of(i),
                    fmt::format("{} at {} is on the PCI bus, but the driver does not show it: "
                                "dmesg | grep -i xid",
                                subject_of(i), addresses[i]),
                    true});
      continue;
    }
    const auto near = around.numa_node_of.find(device->pci_address);
    const std::optional<unsigned> numa_node =
        near == around.numa_node_of.end() ? std::nullopt : std::optional(near->second);
    plan.device(
        {"", subject_of(i), "gpu", device->name, device->uuid, "", device->pci_address, numa_node});
    machine.gpus.push_back({subject_of(i), *device, numa_node});
  }
  return machine;
}

void plan_absent(Plan& plan, const CudaMachine& machine, std::span<const Metric> metrics) {
  for (const AbsentGpu& absent : machine.absent) {
    for (const Metric& metric : metrics) {
      if (absent.is_failure) {
        plan.fact(metric, {.subject = absent.subject},
                  [reason = absent.reason]() -> Fact { throw std::runtime_error(reason); });
      } else {
        plan.skip(metric, {.subject = absent.subject}, absent.reason);
      }
    }
  }
}

}  // namespace plumbline
