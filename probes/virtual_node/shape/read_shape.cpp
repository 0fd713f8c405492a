#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>
#include <string_view>
#include <toml.hpp>
#include <tuple>

#include "probes/virtual_node/machine_table.h"
#include "probes/virtual_node/shape/shape.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, unsigned>, 3> os_types = {
    {{"block", 0}, {"network", 2}, {"openfabrics", 3}}};

/// A kind of device: what all of one kind have in common. `name` may hold {bus}, {device} and
/// {number}, which counts the named devices of a kind from `first_number` in the order of the file.
struct Kind {
  PciFunction common;
  std::string name;
  unsigned first_number = 0;
};

/// Where the devices of one kind hang below a bridge: "53:00".
struct Place {
  std::string kind;
  unsigned bus = 0;
  unsigned device = 0;
};

struct Bridge {
  HostBridge common;
  std::vector<Place> places;
};

/// The tables as they are read, the base's first.
struct Parts {
  Shape shape;
  std::map<std::string, Kind> kinds;
  std::vector<Bridge> bridges;
};

void read_kind(Table table, Kind& kind) {
  table.read("pci_type", kind.common.pci_type);
  table.read("gb_per_s", kind.common.gb_per_s);
  table.read("product", kind.common.product);
  table.read("name", kind.name);
  table.read("first_number", kind.first_number);
  table.read("kib", kind.common.kib);
  if (table.has("os_type")) {
    const auto word = table.required<std::string>("os_type");
    const auto* type = std::find_if(os_types.begin(), os_types.end(),
                                    [&](const auto& entry) { return entry.first == word; });
    if (type == os_types.end()) {
      throw table.wrong("os_type is \"" + word + "\", expected block, network or openfabrics");
    }
    kind.common.os_type = type->second;
  }
  table.done();
}

Place place_of(const std::string& kind, const std::string& text, const Table& table) {
  Place place{kind, 0, 0};
  const char* const end = text.data() + text.size();
  const auto bus = std::from_chars(text.data(), end, place.bus, 16);
  const bool has_colon = bus.ec == std::errc() && bus.ptr != end && *bus.ptr == ':';
  const auto device = has_colon ? std::from_chars(bus.ptr + 1, end, place.device, 16) : bus;
  if (!has_colon || device.ec != std::errc() || device.ptr != end || place.bus > 0xff ||
      place.device > 0x1f) {
    throw table.wrong(kind + " is at \"" + text + "\", expected bus and device like \"53:00\"");
  }
  return place;
}

Bridge read_bridge(Table table, const std::map<std::string, Kind>& kinds) {
  Bridge bridge;
  table.read("numa", bridge.common.numa);
  const auto buses = table.required<std::vector<unsigned>>("buses");
  if (buses.size() != 2 || buses[0] > buses[1] || buses[1] > 0xff) {
    throw table.wrong("buses is not the first and the last bus below the bridge");
  }
  bridge.common.first_bus = buses[0];
  bridge.common.last_bus = buses[1];
  if (table.has("switch_gb_per_s")) {
    bridge.common.switch_gb_per_s = table.required<double>("switch_gb_per_s");
  }
  for (const auto& [name, kind] : kinds) {
    std::vector<std::string> places;
    table.read(name.c_str(), places);
    for (const std::string& text : places) bridge.places.push_back(place_of(name, text, table));
  }
  table.done();  // a kind that is not known is a key that is not known
  std::sort(bridge.places.begin(), bridge.places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.bus, a.device) < std::tie(b.bus, b.device);
  });
  return bridge;
}

void read_parts(const fs::path& file, Parts& parts, std::size_t depth) {
  const toml::value root = parse_machine_file(file);
  Table whole(root, file);
  if (const auto base = base_of(whole, file, depth)) read_parts(*base, parts, depth + 1);
  Shape& shape = parts.shape;
  whole.read("instance_type", shape.product_name);
  whole.read("host", shape.host);
  const toml::value* found = whole.find("shape");
  if (found == nullptr) return;
  Table table(*found, file);
  table.read("cpu_model", shape.cpu_model);
  table.read("architecture", shape.architecture);
  table.read("packages", shape.packages);
  table.read("cores_per_package", shape.cores_per_package);
  table.read("threads_per_core", shape.threads_per_core);
  table.read("numa_bytes", shape.numa_bytes);
  table.read("remote_distance", shape.remote_distance);
  constexpr unsigned most = 4096;  // of anything that a machine has
  if (shape.packages > most || shape.cores_per_package > most || shape.threads_per_core > most) {
    throw table.wrong(fmt::format("more than {} packages, cores or threads", most));
  }
  if (const toml::value* kinds = table.find("kind")) {
    for (const auto& [name, kind] : kinds->as_table()) {
      read_kind(Table(kind, file), parts.kinds[name]);
    }
  }
  if (const toml::value* bridges = table.find("bridge")) {
    parts.bridges.clear();
    for (const toml::value& bridge : bridges->as_array()) {
      parts.bridges.push_back(read_bridge(Table(bridge, file), parts.kinds));
    }
  }
  table.done();
}

}  // namespace

Shape read_shape(const fs::path& file) {
  Parts parts;
  read_parts(file, parts, 0);
  Shape shape = std::move(parts.shape);
  if (shape.cores_per_package == 0 || parts.bridges.empty()) {
    throw std::runtime_error(file.string() + ": has no [shape] with cores and bridges");
  }
  shape.numa_nodes.clear();
  for (unsigned i = 0; i < shape.packages; ++i) shape.numa_nodes.push_back(i);
  std::map<std::string, unsigned> count;
  for (Bridge& bridge : parts.bridges) {
    HostBridge& made = shape.bridges.emplace_back(std::move(bridge.common));
    for (const Place& place : bridge.places) {
      const Kind& kind = parts.kinds.at(place.kind);
      PciFunction& device = made.devices.emplace_back(kind.common);
      device.bus = place.bus;
      device.device = place.device;
      const unsigned number = kind.first_number + count[place.kind]++;
      device.os_name = fmt::format(fmt::runtime(kind.name), fmt::arg("bus", place.bus),
                                   fmt::arg("device", place.device), fmt::arg("number", number));
    }
  }
  return shape;
}

}  // namespace plumbline::virtual_node
