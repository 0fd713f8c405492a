#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "probes/node/locality.h"
#include "probes/node/pci_path.h"
#include "probes/topology/views.h"
#include "results/schema/csv_file.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json or_null(std::uint64_t known) { return known == 0 ? Json(nullptr) : Json(known); }

Json link_json(const Link& link) {
  if (!link.known()) return nullptr;
  return {{"gb_per_s", link.gb_per_s},
          {"generation", or_null(std::uint64_t{link.generation})},
          {"width", or_null(std::uint64_t{link.width})}};
}

Json subjects(const std::vector<const PciDevice*>& devices) {
  Json list = Json::array();
  for (const PciDevice* device : devices) list.push_back(device->subject);
  return list;
}

Json packages_json(const Node& node) {
  Json list = Json::array();
  for (const Package& package : node.packages) {
    list.push_back({{"subject", package.subject()},
                    {"model", or_null(package.model)},
                    {"cpus", format_cpu_list(package.cpus)}});
  }
  return list;
}

Json numa_json(const Node& node) {
  Json list = Json::array();
  for (const NumaNode& numa : node.numa_nodes) {
    list.push_back({{"subject", numa.subject()},
                    {"os_index", numa.os_index},
                    {"subtype", or_null(numa.subtype)},
                    {"memory_bytes", numa.memory_bytes},
                    {"cpus", format_cpu_list(numa.cpus)},
                    {"one_cpu_per_core", format_cpu_list(numa.one_cpu_per_core)},
                    {"last_level_cache_bytes", or_null(numa.last_level_cache_bytes)},
                    {"distances", numa.distances}});
  }
  return list;
}

/// Equal caches are one entry with their count.
Json caches_json(const Node& node) {
  std::map<std::tuple<unsigned, CacheKind, std::uint64_t, std::size_t>, unsigned> counts;
  for (const Cache& cache : node.caches) {
    ++counts[{cache.level, cache.kind, cache.bytes, cache.cpus.size()}];
  }
  Json list = Json::array();
  for (const auto& [cache, count] : counts) {
    const auto& [level, kind, bytes, sharers] = cache;
    list.push_back({{"level", level},
                    {"kind", cache_kind_names[kind]},
                    {"bytes", bytes},
                    {"cpus_each", sharers},
                    {"count", count}});
  }
  return list;
}

Json bridges_json(const Node& node) {
  Json list = Json::array();
  for (const Bridge& bridge : node.bridges) {
    list.push_back({{"parent", or_null(bridge.parent)},
                    {"address", bridge.address ? Json(to_string(*bridge.address)) : Json(nullptr)},
                    {"id", bridge.address ? Json(to_string(bridge.id)) : Json(nullptr)},
                    {"domain", bridge.domain},
                    {"first_bus", bridge.first_bus},
                    {"last_bus", bridge.last_bus},
                    {"numa_node", or_null(bridge.numa_node)},
                    {"link", link_json(bridge.link)}});
  }
  return list;
}

Json nearest_json(const Node& node, const PciDevice& device) {
  Json nearest_devices;
  for (const DeviceKind kind : {DeviceKind::efa, DeviceKind::nic, DeviceKind::nvme}) {
    const Nearest found = nearest(node, device, kind);
    nearest_devices[device_kind_names[kind]] = {{"by", nearness_names[found.by]},
                                                {"bridges_between", found.bridges_between},
                                                {"devices", subjects(found.devices)}};
  }
  return nearest_devices;
}

Json devices_json(const Node& node) {
  Json list = Json::array();
  for (const PciDevice& device : node.devices) {
    Json entry = {{"subject", device.subject},
                  {"kind", device_kind_names[device.kind]},
                  {"address", to_string(device.address)},
                  {"id", to_string(device.id)},
                  {"subsystem", to_string(device.subsystem)},
                  {"class", fmt::format("{:04x}", device.pci_class)},
                  {"name", or_null(device.name)},
                  {"os_names", device.os_names},
                  {"size_bytes", or_null(device.size_bytes)},
                  {"numa_node", or_null(device.numa_node)},
                  {"near_cpus", format_cpu_list(device.near_cpus)},
                  {"bridge", or_null(device.bridge)},
                  {"link", link_json(device.link)},
                  {"link_max", link_json(device.link_max)},
                  {"link_under_load", link_json(link_under_load(node, device))},
                  {"narrowest_link_to_host", link_json(narrowest_link_to_host(node, device))}};
    if (device.kind == DeviceKind::gpu) entry["nearest"] = nearest_json(node, device);
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string topology_json(const Node& node, const ViewTitle& title) {
  Json json = {{"schema", schema_version},
               {"host", title.host},
               {"instance_type", title.instance_type},
               {"source", title.source},
               {"product_name", or_null(node.product_name)},
               {"architecture", or_null(node.architecture)},
               {"cpu_model", or_null(node.cpu_model)},
               {"cpus", format_cpu_list(node.cpus)},
               {"cores", or_null(std::uint64_t{node.cores.size()})},
               {"memory_bytes", node.memory_bytes()},
               {"packages", packages_json(node)},
               {"numa_nodes", numa_json(node)},
               {"caches", caches_json(node)},
               {"bridges", bridges_json(node)},
               {"devices", devices_json(node)}};
  if (!title.imds.empty()) {
    for (const auto& [key, value] : title.imds) json["imds"][key] = value;
  }
  // Names come from the machine and may be anything.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace plumbline
