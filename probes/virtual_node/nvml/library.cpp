#include "probes/virtual_node/nvml/library.h"

#include <dlfcn.h>

#include <cmath>
#include <cstring>

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;
using nvml::Status;

/// What machine.toml describes lies beside the library, under the name by which it was opened.
fs::path own_folder() {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<void*>(&own_folder), &here) == 0 || here.dli_fname == nullptr) {
    throw std::runtime_error("this library does not know where it lies");
  }
  return fs::path(here.dli_fname).parent_path();
}

/// A number that is written in as its function's status where the driver itself does not start.
int start_status(const Machine& machine) {
  constexpr int not_permitted = 800, driver_mismatch = 803;
  if (machine.monitor.start_status != 0) return machine.monitor.start_status;
  switch (machine.start.status) {
    case not_permitted:
      return static_cast<int>(Status::no_permission);
    case driver_mismatch:
      return static_cast<int>(Status::version_mismatch);
    default:
      return 0;
  }
}

}  // namespace

std::mutex& nvml_mutex() {
  static std::mutex mutex;
  return mutex;
}

NvmlLibrary& the_nvml() {
  static NvmlLibrary library = [] {
    const fs::path folder = own_folder();
    Machine machine = read_machine(folder / "machine.toml");
    machine.monitor.start_status = start_status(machine);
    return NvmlLibrary(std::move(machine), folder);
  }();
  return library;
}

NvmlLibrary::NvmlLibrary(Machine described, fs::path folder)
    : machine(std::move(described)),
      folder_(std::move(folder)),
      earlier_(WorkLog(folder_).read(machine.gpus.size())) {
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    if (!machine.gpus[i].missing || machine.gpus[i].monitor.lost) counted_.push_back(i);
  }
}

nvml::DeviceHandle NvmlLibrary::handle(std::size_t gpu) const {
  if (monitor(gpu).lost) throw Refused(Status::gpu_is_lost);
  return reinterpret_cast<nvml::DeviceHandle>(const_cast<Gpu*>(&machine.gpus[gpu]));
}

std::size_t NvmlLibrary::gpu_of(nvml::DeviceHandle handle) const {
  for (const std::size_t gpu : counted_) {
    if (reinterpret_cast<nvml::DeviceHandle>(const_cast<Gpu*>(&machine.gpus[gpu])) == handle) {
      return gpu;
    }
  }
  throw Refused(Status::invalid_argument, "the handle is of no GPU");
}

void NvmlLibrary::ask(std::size_t gpu, const std::string& function) const {
  if (machine.missing_functions.contains(function)) throw Refused(Status::function_not_found);
  for (const auto* refuses : {&monitor(gpu).refuses, &machine.monitor.refuses}) {
    const auto found = refuses->find(function);
    if (found != refuses->end()) throw Refused(static_cast<Status>(found->second));
  }
}

GpuState NvmlLibrary::state(std::size_t gpu) const {
  // Opened by whoever measures, or not at all: it is not loaded for this.
  const std::string file = (folder_ / "libcuda.so.1").string();
  if (void* cuda = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD)) {
    auto* read = reinterpret_cast<ReadGpuState*>(::dlsym(cuda, "plumbline_gpu_state"));
    GpuState state{};
    const bool known = read != nullptr && read(static_cast<int>(gpu), &state) == 0;
    ::dlclose(cuda);
    if (known) return state;
  }
  GpuState idle = GpuPower(machine.power, machine.gpus[gpu].power).state();
  idle.is_idle = 1;
  idle.clock_mhz = machine.power.idle_clock_mhz;
  idle.memory_clock_mhz = machine.model.memory_clock_khz / 1000.0;
  return idle;
}

Work NvmlLibrary::work(std::size_t gpu) const {
  Work total = earlier_[gpu];
  total += work_of(state(gpu));
  return total;
}

std::optional<double> NvmlLibrary::described(std::size_t gpu, const std::string& reading) const {
  for (const Readings* readings : {&monitor(gpu).own, &machine.monitor.all}) {
    const auto found = readings->numbers.find(reading);
    if (found != readings->numbers.end()) return found->second;
  }
  return std::nullopt;
}

double NvmlLibrary::number(std::size_t gpu, const std::string& reading) const {
  const auto start = described(gpu, reading);
  if (!start || *start < 0) throw Refused(Status::not_supported);
  double value = *start;
  for (const Growth& growth : monitor(gpu).growing) {
    if (growth.reading == reading) value += std::floor(growth.rate * work(gpu).amount(growth.per));
  }
  return value;
}

double NvmlLibrary::number(std::size_t gpu, const std::string& reading, unsigned link) const {
  nvlink_is_up(gpu, link);  // or there is no such link
  const double of_all = number(gpu, reading);
  const std::string name = reading + '.' + std::to_string(link);
  double value = described(gpu, name).value_or(of_all);
  for (const Growth& growth : monitor(gpu).growing) {
    if (growth.reading == name) value += std::floor(growth.rate * work(gpu).amount(growth.per));
  }
  return value;
}

unsigned NvmlLibrary::nvlinks(std::size_t gpu) const {
  return machine.gpus[gpu].links.nvlinks.value_or(machine.links.nvlinks);
}

bool NvmlLibrary::nvlink_is_up(std::size_t gpu, unsigned link) const {
  if (link >= nvlinks(gpu)) throw Refused(Status::invalid_argument);  // programs count them so
  if (machine.gpus[gpu].links.dead_nvlinks.contains(link)) return false;
  for (const DyingLink& dying : monitor(gpu).dying_nvlinks) {
    if (dying.link == link && work(gpu).amount(dying.per) >= dying.after) return false;
  }
  return true;
}

unsigned NvmlLibrary::pcie_generation(std::size_t gpu) const {
  return machine.gpus[gpu].links.pcie_generation.value_or(machine.links.pcie_generation);
}

unsigned NvmlLibrary::pcie_width(std::size_t gpu) const {
  return machine.gpus[gpu].links.pcie_width.value_or(machine.links.pcie_width);
}

std::string NvmlLibrary::text(std::size_t gpu, const std::string& reading) const {
  for (const Readings* readings : {&monitor(gpu).own, &machine.monitor.all}) {
    const auto found = readings->texts.find(reading);
    if (found != readings->texts.end()) return found->second;
  }
  throw Refused(Status::not_supported);
}

std::vector<const Xid*> NvmlLibrary::xids(std::size_t gpu) const {
  std::vector<const Xid*> happened;
  for (const Xid& xid : monitor(gpu).xids) {
    if (work(gpu).amount(xid.per) >= xid.after) happened.push_back(&xid);
  }
  return happened;
}

std::string NvmlLibrary::kernel_log() const {
  std::string lines;
  for (std::size_t gpu = 0; gpu < machine.gpus.size(); ++gpu) {
    const std::string& address = machine.gpus[gpu].pci_address;
    for (const Xid* xid : xids(gpu)) {
      lines += "NVRM: Xid (PCI:" + address.substr(0, address.rfind('.')) +
               "): " + std::to_string(xid->number) + ", " + xid->text + '\n';
    }
  }
  return lines;
}

void give_text(char* place, unsigned size, const std::string& text) {
  if (place == nullptr) throw Refused(Status::invalid_argument, "no place for the answer");
  if (text.size() >= size) throw Refused(Status::insufficient_size);
  std::memcpy(place, text.c_str(), text.size() + 1);
}

}  // namespace plumbline::virtual_node
