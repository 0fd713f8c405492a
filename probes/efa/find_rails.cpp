#include "probes/efa/find_rails.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <stdexcept>
#include <tuple>

#include "probes/efa/interfaces.h"
#include "probes/node/locality.h"

namespace plumbline::efa {
namespace {

using nlohmann::json;

constexpr const char* efa = "efa";
constexpr const char* direct = "efa-direct";
constexpr double ask_s = 60;

CpuList allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CpuList cpus;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return cpus;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

/// A CPU of each core that this process may run on, of one NUMA node or of all.
CpuList cores_of(const Node& node, const NumaNode* only) {
  const CpuList allowed = allowed_cpus();
  CpuList cores;
  for (const NumaNode& numa : node.numa_nodes) {
    if (only != nullptr && numa.os_index != only->os_index) continue;
    for (const unsigned cpu : numa.one_cpu_per_core) {
      if (std::find(allowed.begin(), allowed.end(), cpu) != allowed.end()) cores.push_back(cpu);
    }
  }
  return cores.empty() ? allowed : cores;
}

const PciDevice* device_behind(const Node& node, const Rail& rail) {
  const auto found =
      std::find_if(node.devices.begin(), node.devices.end(), [&](const PciDevice& device) {
        const auto& names = device.os_names;
        return to_string(device.address) == rail.domain.pci || device.subject == rail.subject ||
               std::find(names.begin(), names.end(), rail.subject) != names.end();
      });
  return found == node.devices.end() ? nullptr : &*found;
}

/// Where its thread and its memory belong.
void place(Rail& rail, const Node& node) {
  const PciDevice* const device = device_behind(node, rail);
  const NumaNode* const near = device == nullptr ? nullptr : nearest_numa_node(node, *device);
  rail.cores = cores_of(node, near);
  if (near != nullptr) rail.open.numa_node = static_cast<int>(near->os_index);
}

/// Asks one child process after another.
class Questions {
 public:
  explicit Questions(Crew& crew) : crew_(crew) {}

  /// Throws std::runtime_error with the reason why there is no answer.
  Offers ask(const OpenOrder& order) {
    const WorkerId worker = crew_.start(0);
    crew_.tell(worker, {{"offers", order}});
    const auto report = crew_.hear(deadline_in(ask_s));
    if (report && report->message.contains("lost")) {
      throw std::runtime_error("the process that asked libfabric ended: " +
                               report->message.at("lost").get<std::string>());
    }
    crew_.dismiss(std::span(&worker, 1));
    if (!report) {
      throw std::runtime_error(fmt::format("libfabric did not answer within {:.0f} s", ask_s));
    }
    if (report->message.contains("failed")) {
      throw std::runtime_error(report->message.at("failed").get<std::string>());
    }
    return report->message.at("offers").get<Offers>();
  }

 private:
  Crew& crew_;
};

OpenOrder request(const std::string& provider) {
  OpenOrder order;
  order.provider = provider;
  return order;
}

const OfferedDomain* offer_of(const Offers& offers, const std::string& provider,
                              const std::string& domain) {
  const OfferedDomain* best = nullptr;
  for (const OfferedDomain& offer : offers.domains) {
    if (!domain.empty() && offer.domain != domain) continue;
    // "net" is also offered as "net;ofi_rxm".
    if (offer.provider == provider) return &offer;
    if (best == nullptr) best = &offer;
  }
  return best;
}

void find_efa_rails(Questions& questions, const RailChoice& choice, HostRails& found) {
  OpenOrder order = request(efa);
  const Offers plain = questions.ask(order);
  order.receives_hold_data = true;
  found.rails = efa_rails(plain, questions.ask(order), choice.efa_fabric);
  found.none_is_a_fault = true;
  if (!plain.api_is_enough_for_efa) {
    found.rails.clear();
    found.why_none = fmt::format(
        "libfabric {} with API {} leaves the RDMA engine of EFA devices unused, expected 1.18 or "
        "later: build against /opt/amazon/efa",
        plain.library, plain.api);
  } else if (found.rails.empty()) {
    found.why_none =
        fmt::format("libfabric {} offers no domain of provider efa{}", plain.library,
                    choice.efa_fabric == "auto" ? "" : " in fabric " + choice.efa_fabric);
  }
}

void find_network_rails(Questions& questions, const RailChoice& choice, HostRails& found) {
  for (const Interface& interface : choose_interfaces(interfaces(), choice.names)) {
    Rail rail;
    rail.subject = interface.name;
    rail.open = request(found.provider);
    rail.open.source = interface.address;
    const Offers offers = questions.ask(rail.open);
    const OfferedDomain* const offer = offer_of(offers, found.provider, interface.name);
    if (offer == nullptr) {
      found.why_none +=
          fmt::format("{}libfabric {} offers no {} on {}", found.why_none.empty() ? "" : "; ",
                      offers.library, found.provider, interface.name);
      continue;
    }
    rail.domain = *offer;
    found.rails.push_back(std::move(rail));
  }
  if (found.why_none.empty() && found.rails.empty()) {
    found.why_none = "no interface of the network is up and has an address";
  }
}

void find_memory_rail(Questions& questions, HostRails& found) {
  const Offers offers = questions.ask(request(found.provider));
  const OfferedDomain* const offer = offer_of(offers, found.provider, "");
  if (offer == nullptr) {
    found.why_none =
        fmt::format("libfabric {} offers no provider \"{}\"", offers.library, found.provider);
    return;
  }
  Rail rail;
  rail.subject = found.provider;
  rail.open = request(found.provider);
  rail.domain = *offer;
  found.rails.push_back(std::move(rail));
}

void keep_named(std::vector<Rail>& rails, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::none_of(rails.begin(), rails.end(),
                     [&](const Rail& rail) { return rail.subject == name; })) {
      throw std::invalid_argument(fmt::format("--rails: this host has no rail \"{}\"", name));
    }
  }
  if (names.empty()) return;
  std::erase_if(rails, [&](const Rail& rail) {
    return std::find(names.begin(), names.end(), rail.subject) == names.end();
  });
}

/// Each rail gets the GPU nearest to it; rails with the same choice of several take turns.
void give_gpus(HostRails& found, const Node& node, const std::string& libcuda) {
  const auto all = node.devices_of(DeviceKind::gpu);
  if (all.empty() && !found.rails.empty()) {
    found.rails.clear();
    found.none_is_a_fault = false;
    found.why_none = "this host has no GPU";
  }
  std::map<std::string, std::size_t> turns;
  for (Rail& rail : found.rails) {
    const PciDevice* const device = device_behind(node, rail);
    auto near = device == nullptr ? all : nearest(node, *device, DeviceKind::gpu).devices;
    if (near.empty()) near = all;
    const PciDevice& gpu = *near[turns[subjects_of(near)]++ % near.size()];
    rail.gpu = gpu.subject;
    rail.open.gpu = to_string(gpu.address);
    rail.open.libcuda = libcuda;
  }
}

void put_in_meeting_order(std::vector<Rail>& rails, const Node& node) {
  std::vector<RailPlace> places;
  for (const Rail& rail : rails) {
    const PciDevice* const device = device_behind(node, rail);
    RailPlace& place = places.emplace_back();
    if (device != nullptr)
      place.near = subjects_of(nearest(node, *device, DeviceKind::gpu).devices);
    std::ifstream file("/sys/class/infiniband/" + rail.subject + "/node_guid");
    if (std::string guid; std::getline(file, guid)) place.function = function_of_card(guid);
  }
  std::vector<Rail> ordered;
  for (const std::size_t i : meeting_order(places)) ordered.push_back(std::move(rails[i]));
  rails = std::move(ordered);
}

}  // namespace

std::optional<unsigned> function_of_card(const std::string& node_guid) {
  std::string digits;
  for (const char c : node_guid) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  constexpr std::size_t digits_of_guid = 16;
  if (digits.size() != digits_of_guid || std::stoull(digits, nullptr, 16) == 0) {
    return std::nullopt;
  }
  return static_cast<unsigned>(std::stoul(digits.substr(digits_of_guid - 2), nullptr, 16));
}

std::vector<std::size_t> meeting_order(const std::vector<RailPlace>& places) {
  std::map<std::string, std::size_t> first;  // where the bus has the first of a switch
  std::vector<std::size_t> order(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    first.try_emplace(places[i].near, i);
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(first.at(places[a].near), places[a].function) <
           std::tuple(first.at(places[b].near), places[b].function);
  });
  return order;
}

std::string provider_for(const std::string& asked, const Node& node, const std::string& library) {
  if (asked != "auto") return asked;
  if (!node.devices_of(DeviceKind::efa).empty()) return efa;
  // Native RDM endpoints over TCP were called net before 1.18, where "tcp" means tcp;ofi_rxm: that
  // one crashes when a path dies.
  return library == "1.16" || library == "1.17" ? "net" : "tcp";
}

std::vector<Rail> efa_rails(const Offers& plain, const Offers& with_data_in_receives,
                            const std::string& fabric) {
  std::map<std::string, Rail> by_device;
  const auto add = [&](const Offers& offers, const std::string& of_fabric, bool hold_data) {
    if (fabric != "auto" && fabric != of_fabric) return;
    for (const OfferedDomain& offer : offers.domains) {
      const std::string device = device_of(offer.domain);
      if (offer.provider != efa || by_device.contains(device)) continue;
      // Before efa-direct the fabric had no name of its own.
      const bool is_direct = offer.fabric == direct;
      if (is_direct != (of_fabric == direct)) continue;
      Rail rail;
      rail.subject = device;
      rail.open = request(efa);
      rail.open.domain = offer.domain;
      rail.open.fabric = offer.fabric;
      rail.open.receives_hold_data = hold_data;
      rail.domain = offer;
      by_device.emplace(device, std::move(rail));
    }
  };
  add(plain, direct, false);
  add(with_data_in_receives, direct, true);
  add(plain, efa, false);
  std::vector<Rail> rails;
  for (auto& [device, rail] : by_device) rails.push_back(std::move(rail));
  // In PCI order, as every table has them.
  std::stable_sort(rails.begin(), rails.end(),
                   [](const Rail& a, const Rail& b) { return a.domain.pci < b.domain.pci; });
  return rails;
}

HostRails find_rails(Crew& crew, const Node& node, const RailChoice& choice) {
  HostRails found;
  found.cores = static_cast<unsigned>(std::max<std::size_t>(1, cores_of(node, nullptr).size()));
  found.provider = choice.provider;
  found.gpu_memory = choice.gpu_memory;
  Questions questions(crew);
  try {
    const Offers any = questions.ask(request("shm"));
    found.library = any.library;
    found.api = any.api;
    found.provider = provider_for(choice.provider, node, any.library);
    found.none_is_a_fault = choice.provider != "auto";
    if (found.provider == efa && node.devices_of(DeviceKind::efa).empty()) {
      found.none_is_a_fault = false;
      found.why_none = "this host has no EFA device";
    } else if (found.provider == efa) {
      find_efa_rails(questions, choice, found);
      keep_named(found.rails, choice.names);
      put_in_meeting_order(found.rails, node);
    } else if (found.provider == "shm") {
      find_memory_rail(questions, found);
    } else {
      find_network_rails(questions, choice, found);
    }
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {
    found.rails.clear();
    found.why_none = error.what();
    found.none_is_a_fault = true;
  }
  for (Rail& rail : found.rails) place(rail, node);
  if (choice.gpu_memory) give_gpus(found, node, choice.libcuda);
  return found;
}

}  // namespace plumbline::efa
