#include "probes/efa/device_counters.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <system_error>

#include "results/schema/number.h"

namespace plumbline::efa {
namespace {

namespace fs = std::filesystem;

/// Less than this of what was sent went out of the device: another path carried it.
constexpr double least_share = 0.99;

/// The first EFA devices (p4d, p4de) read by RDMA and have no RDMA write: all others' software may
/// not stand in for it.
bool lacks_write_engine(const DeviceState& device) {
  const auto id = device.attributes.find("device");
  return id != device.attributes.end() && id->second == "0xefa0";
}

/// The first line of a file; nothing if it cannot be read.
std::optional<std::string> first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line)) return std::nullopt;
  return line;
}

void read_counters(const fs::path& folder, DeviceState& state) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename();
    if (name == "lifespan") continue;  // how long the kernel keeps what it has read
    const auto text = first_line(entry.path());
    const auto value = text ? parse_integer(*text) : std::nullopt;
    if (value) {
      state.counters[name] = *value;
    } else {
      state.unreadable.push_back(name);
    }
  }
}

}  // namespace

DeviceState read_device(const fs::path& root, const std::string& device) {
  const fs::path folder = root / "class/infiniband" / device;
  std::error_code none;
  if (!fs::is_directory(folder, none)) {
    throw std::runtime_error(folder.string() + " is not there, expected an RDMA device");
  }
  DeviceState state;
  read_counters(folder / "hw_counters", state);
  read_counters(folder / "ports/1/hw_counters", state);
  for (const char* name : {"node_guid", "fw_ver", "device/device", "device/numa_node", "device/p2p",
                           "device/current_link_speed", "device/current_link_width"}) {
    if (const auto text = first_line(folder / name)) {
      state.attributes[fs::path(name).filename()] = *text;
    }
  }
  if (const auto version = first_line(root / "module/efa/version")) {
    state.attributes["driver"] = *version;
  }
  return state;
}

std::optional<std::uint64_t> growth(const DeviceState& before, const DeviceState& after,
                                    const std::string& counter) {
  const auto first = before.counters.find(counter), last = after.counters.find(counter);
  if (first == before.counters.end() || last == after.counters.end()) return std::nullopt;
  if (last->second < first->second) {
    throw std::runtime_error(fmt::format("{} fell from {} to {}: the device was reset", counter,
                                         first->second, last->second));
  }
  return last->second - first->second;
}

std::optional<std::string> path_fault(const DeviceState& before, const DeviceState& after,
                                      Operation operation, double bytes) {
  // What is read comes in, and the other end's device sends it.
  const char* const counter = operation == Operation::read ? "rx_bytes" : "tx_bytes";
  const auto carried = growth(before, after, counter);
  if (carried && static_cast<double>(*carried) < least_share * bytes) {
    return fmt::format(
        "{} of the device grew by {}, expected at least {:.0f}: something else "
        "carried the data",
        counter, *carried, bytes);
  }
  const char* const engine = operation == Operation::write  ? "rdma_write_bytes"
                             : operation == Operation::read ? "rdma_read_bytes"
                                                            : nullptr;
  if (engine == nullptr) return std::nullopt;
  if (operation == Operation::write && lacks_write_engine(before)) return std::nullopt;
  const auto by_engine = growth(before, after, engine);
  if (by_engine && *by_engine == 0 && bytes > 0) {
    return fmt::format("{} of the device did not grow: software made messages of the {}s", engine,
                       operation_names[operation]);
  }
  return std::nullopt;
}

}  // namespace plumbline::efa
