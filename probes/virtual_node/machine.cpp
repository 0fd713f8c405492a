#include "probes/virtual_node/machine.h"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <toml.hpp>
#include <utility>

#include "probes/virtual_node/machine_table.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;

void read_gpu_model(Table table, GpuModel& model) {
  table.read("name", model.name);
  table.read("capability", model.capability);
  table.read("multiprocessors", model.multiprocessors);
  table.read("threads_per_multiprocessor", model.threads_per_multiprocessor);
  table.read("memory_bytes", model.memory_bytes);
  table.read("l2_bytes", model.l2_bytes);
  table.read("core_clock_khz", model.core_clock_khz);
  table.read("memory_clock_khz", model.memory_clock_khz);
  table.read("memory_bus_bits", model.memory_bus_bits);
  table.read("copy_engines", model.copy_engines);
  table.read("read_bytes_per_s", model.read_bytes_per_s);
  table.read("write_bytes_per_s", model.write_bytes_per_s);
  table.read("load_latency_ns", model.load_latency_ns);
  table.read("to_host_bytes_per_s", model.to_host_bytes_per_s);
  table.read("from_host_bytes_per_s", model.from_host_bytes_per_s);
  table.read("nvlink_bytes_per_s", model.nvlink_bytes_per_s);
  table.done();
}

void read_costs(Table table, CallCosts& costs) {
  table.read("launch_host", costs.launch_host);
  table.read("launch_device", costs.launch_device);
  table.read("copy_host", costs.copy_host);
  table.read("copy_device", costs.copy_device);
  table.read("event_host", costs.event_host);
  table.read("query_host", costs.query_host);
  table.read("allocate_host", costs.allocate_host);
  table.read("synchronize_host", costs.synchronize_host);
  table.done();
}

void read_power(Table table, PowerDesign& power) {
  table.read("idle_w", power.idle_w);
  table.read("limit_w", power.limit_w);
  table.read("memory_w", power.memory_w);
  table.read("excess_j", power.excess_j);
  table.read("idle_clock_mhz", power.idle_clock_mhz);
  table.read("air_c", power.air_c);
  table.read("kelvin_per_w", power.kelvin_per_w);
  table.read("thermal_seconds", power.thermal_seconds);
  table.read("slowdown_c", power.slowdown_c);
  table.done();
}

/// Points of [bytes, value] by size.
void read_points(Table& table, const char* key, double unit, CollectiveRate& rate) {
  std::vector<std::pair<std::int64_t, double>> points;
  table.read(key, points);
  if (!points.empty()) rate.points.clear();  // a base may have others
  for (const auto& [bytes, value] : points) {
    rate.points.push_back({static_cast<double>(bytes), value * unit});
  }
}

void read_network(Table table, NetworkRate& network) {
  double gb_per_s = network.bytes_per_s / 1e9;
  table.read("gb_per_s", gb_per_s);
  network.bytes_per_s = gb_per_s * 1e9;
  table.read("latency_ns", network.more.latency_ns);
  network.two.latency_ns = network.more.latency_ns;
  read_points(table, "share_of_two", 1, network.two);
  read_points(table, "share", 1, network.more);
  if (network.bytes_per_s <= 0 || network.more.points.empty()) {
    throw table.wrong("gb_per_s of a node or share, [bytes, share of it] by size, is missing");
  }
  table.done();
}

void read_nccl(Table table, NcclModel& nccl, const fs::path& file) {
  table.read("version", nccl.version);
  table.read("multicast", nccl.multicast);
  table.read("call_host_ns", nccl.call_host_ns);
  table.read("multiprocessors", nccl.multiprocessors);
  if (const auto* rates = table.find("rates")) {
    for (const auto& [name, value] : rates->as_table()) {
      Table entry(value, file);
      CollectiveRate rate;
      entry.read("latency_ns", rate.latency_ns);
      read_points(entry, "gb_per_s", 1e9, rate);
      if (rate.points.empty()) throw entry.wrong("gb_per_s is missing: [bytes, GB/s] by size");
      entry.done();
      nccl.rates[name] = rate;
    }
  }
  if (const auto* network = table.find("network")) {
    read_network(Table(*network, file), nccl.network);
  }
  table.done();
}

void read_gemm(const toml::value& types, const fs::path& file,
               std::map<std::string, GemmRate>& gemm) {
  for (const auto& [type, entry] : types.as_table()) {
    Table table(entry, file);
    gemm[type].tflops = table.required<double>("tflops");
    gemm[type].watts = table.required<double>("watts");
    table.done();
  }
}

void read_links(Table table, LinkDesign& links) {
  table.read("nvlinks", links.nvlinks);
  table.read("pcie_generation", links.pcie_generation);
  table.read("pcie_width", links.pcie_width);
  table.read("uplink_gpus", links.uplink_gpus);
  table.read("uplink_to_host_bytes_per_s", links.uplink_to_host_bytes_per_s);
  table.read("uplink_from_host_bytes_per_s", links.uplink_from_host_bytes_per_s);
  table.read("numa_nodes", links.numa_nodes);
  table.read("gpu_numa_nodes", links.gpu_numa_nodes);
  table.read("far_host_rate", links.far_host_rate);
  table.read("peer_load_latency_ns", links.peer_load_latency_ns);
  table.read("host_load_latency_ns", links.host_load_latency_ns);
  table.read("far_host_load_latency_ns", links.far_host_load_latency_ns);
  table.done();
}

/// "gpu3" or "host" of a fault.
PathEnd read_end(Table& table, const char* key, const Machine& machine) {
  const auto name = table.required<std::string>(key);
  if (name == "host") return host_end;
  for (std::size_t gpu = 0; gpu < machine.gpus.size(); ++gpu) {
    if (name == "gpu" + std::to_string(gpu)) return static_cast<PathEnd>(gpu);
  }
  throw table.wrong(std::string(key) + " is \"" + name +
                    "\", expected \"host\" or one of gpu0 to gpu" +
                    std::to_string(machine.gpus.size() - 1));
}

/// Every key of a table is a reading: a number or a text.
void read_readings(const toml::value& values, const Table& table, Readings& readings) {
  for (const auto& [name, value] : values.as_table()) {
    if (value.is_string()) {
      readings.texts[name] = toml::get<std::string>(value);
    } else if (value.is_integer()) {
      readings.numbers[name] = static_cast<double>(value.as_integer());
    } else if (value.is_floating()) {
      readings.numbers[name] = value.as_floating();
    } else {
      throw table.wrong(value, name + " is no number and no text");
    }
  }
}

Per read_per(Table& table) {
  std::string per = "kJ";
  table.read("per", per);
  const std::map<std::string, Per> words = {{"kJ", Per::kilojoule},
                                            {"nvlink_GB", Per::nvlink_gigabyte},
                                            {"nvlink_sent_GB", Per::nvlink_sent_gigabyte},
                                            {"nvlink_received_GB", Per::nvlink_received_gigabyte},
                                            {"pcie_GB", Per::pcie_gigabyte}};
  const auto found = words.find(per);
  if (found == words.end()) {
    std::string names;
    for (const auto& [name, meaning] : words) names += (names.empty() ? "" : ", ") + name;
    throw table.wrong("per is \"" + per + "\", expected one of " + names);
  }
  return found->second;
}

/// Sets a reading of one GPU, whatever its type.
void read_reading(Table& table, const Machine& machine, GpuMonitor& monitor) {
  const auto name = table.required<std::string>("reading");
  const std::string base = name.substr(0, name.find('.'));
  const bool is_text = machine.monitor.all.texts.contains(name);
  if (!is_text && !machine.monitor.all.numbers.contains(base)) {
    throw table.wrong("no GPU of this machine has a reading " + name);
  }
  if (is_text) {
    monitor.own.texts[name] = table.required<std::string>("value");
  } else {
    monitor.own.numbers[name] = table.required<double>("value");
  }
}

/// A fault as the file gives it: its keys beside `what`, and what it does to the machine.
void apply_fault(Table table, Machine& machine) {
  const auto what = table.required<std::string>("what");
  const auto gpu = [&]() -> Gpu& {
    const auto index = table.required<std::size_t>("gpu");
    if (index >= machine.gpus.size()) {
      throw table.wrong("there is no gpu " + std::to_string(index) + ", expected below " +
                        std::to_string(machine.gpus.size()));
    }
    return machine.gpus[index];
  };
  const auto gpu_index = [&] { return static_cast<int>(&gpu() - machine.gpus.data()); };
  const auto path = [&]() -> PathFault& {
    PathFault fault;
    fault.from = read_end(table, "from", machine);
    fault.to = read_end(table, "to", machine);
    return machine.path_faults.emplace_back(fault);
  };
  const auto count = [&](const char* key) {
    std::uint64_t value = 0;
    table.read(key, value);
    return value;
  };
  const std::map<std::string, std::function<void()>> faults = {
      {"slow_memory", [&] { gpu().memory_rate = table.required<double>("factor"); }},
      {"stuck_bit",
       [&] {
         const auto bit = table.required<unsigned>("bit");
         if (bit > 7) throw table.wrong("bit is " + std::to_string(bit) + ", expected 0 to 7");
         gpu().stuck_bits.push_back({table.required<std::uint64_t>("offset"), bit});
       }},
      {"power_cap", [&] { gpu().power.limit_w = table.required<double>("watts"); }},
      {"poor_cooling", [&] { gpu().power.cooling = table.required<double>("factor"); }},
      {"hardware_slowdown",
       [&] {
         gpu().power.hardware_clock = table.required<double>("clock");
         table.read("power_brake", gpu().power.hardware_brake);
       }},
      {"slow_compute", [&] { gpu().compute_rate = table.required<double>("factor"); }},
      {"gemm_flip",
       [&] {
         GemmFlip flip;
         table.read("from_call", flip.from_call);
         table.read("bit", flip.bit);
         table.read("elements", flip.elements);
         gpu().gemm_flip = flip;
       }},
      {"missing_gemm", [&] { machine.gemm.erase(table.required<std::string>("type")); }},
      {"slow_nvlink",
       [&] {
         const auto direction = table.required<std::string>("direction");
         if (direction != "out" && direction != "in" && direction != "both") {
           throw table.wrong("direction is \"" + direction + "\", expected out, in or both");
         }
         const auto factor = table.required<double>("factor");
         if (direction != "in") gpu().links.nvlink_out_rate = factor;
         if (direction != "out") gpu().links.nvlink_in_rate = factor;
       }},
      {"dead_nvlink", [&] { gpu().links.dead_nvlinks.insert(table.required<unsigned>("link")); }},
      {"dying_nvlink",
       [&] {
         const auto link = table.required<unsigned>("link");
         gpu().monitor.dying_nvlinks.push_back(
             {link, read_per(table), table.required<double>("after")});
       }},
      {"nvlink_count", [&] { gpu().links.nvlinks = table.required<unsigned>("count"); }},
      {"pcie_link",
       [&] {
         GpuLinks& links = gpu().links;
         if (table.has("generation"))
           links.pcie_generation = table.required<unsigned>("generation");
         if (table.has("width")) links.pcie_width = table.required<unsigned>("width");
         if (!links.pcie_generation && !links.pcie_width) {
           throw table.wrong("generation or width is missing");
         }
       }},
      {"slow_path", [&] { path().rate = table.required<double>("factor"); }},
      {"peer_by_host", [&] { path().by_host = true; }},
      {"dropped_writes", [&] { path().drops_writes = true; }},
      {"flipped_bit",
       [&] {
         PathFault& fault = path();
         fault.flipped_byte = table.required<std::uint64_t>("offset");
         fault.flipped_bit = table.required<unsigned>("bit");
         if (fault.flipped_bit > 7) throw table.wrong("bit is none of a byte, expected 0 to 7");
       }},
      {"kernel_hangs",
       [&] {
         gpu().failure.kernel_hangs_after = count("after");
         table.read("kernel", gpu().failure.kernel);
       }},
      {"copy_hangs", [&] { gpu().failure.copy_hangs_after = count("after"); }},
      {"kernel_fails",
       [&] {
         gpu().failure.kernel_fails_after = count("after");
         gpu().failure.status = table.required<int>("status");
         table.read("kernel", gpu().failure.kernel);
       }},
      {"drifting", [&] { gpu().unsteadiness.drift_per_s = table.required<double>("per_second"); }},
      {"bimodal",
       [&] {
         gpu().unsteadiness.other_factor = table.required<double>("factor");
         gpu().unsteadiness.other_share = table.required<double>("share");
       }},
      {"memory_taken", [&] { gpu().memory_taken = table.required<std::uint64_t>("bytes"); }},
      {"reading", [&] { read_reading(table, machine, gpu().monitor); }},
      {"growing",
       [&] {
         Growth growth{table.required<std::string>("reading"), read_per(table),
                       table.required<double>("rate")};
         gpu().monitor.growing.push_back(growth);
       }},
      {"xid",
       [&] {
         Xid xid{table.required<unsigned>("number"), "", read_per(table), 0};
         table.read("text", xid.text);
         table.read("after", xid.after);
         gpu().monitor.xids.push_back(xid);
       }},
      {"other_process",
       [&] {
         gpu().monitor.processes.push_back(
             {table.required<unsigned>("pid"), table.required<std::uint64_t>("memory_bytes")});
       }},
      {"nvml_refuses",
       [&] {
         auto& refuses = table.has("gpu") ? gpu().monitor.refuses : machine.monitor.refuses;
         refuses[table.required<std::string>("function")] = table.required<int>("status");
       }},
      {"nvml_start_fails", [&] { machine.monitor.start_status = table.required<int>("status"); }},
      {"lost_gpu", [&] { gpu().monitor.lost = gpu().missing = true; }},
      {"missing_gpu", [&] { gpu().missing = true; }},
      {"exclusive_elsewhere", [&] { gpu().exclusive_elsewhere = true; }},
      {"partitioned", [&] { gpu().partitioned = true; }},
      {"start_fails", [&] { machine.start.status = table.required<int>("status"); }},
      {"start_hangs", [&] { machine.start.hangs = true; }},
      {"missing_function",
       [&] { machine.missing_functions.insert(table.required<std::string>("function")); }},
      {"driver_version", [&] { machine.cuda_version = table.required<int>("cuda_version"); }},
      {"nccl_version", [&] { machine.nccl.version = table.required<int>("version"); }},
      {"slow_network",
       [&] { machine.nccl.network.bytes_per_s *= table.required<double>("factor"); }},
      {"nccl_sockets", [&] { machine.nccl.by_sockets = true; }},
      {"no_multicast", [&] { machine.nccl.multicast = false; }},
      {"multicast_fails", [&] { machine.multicast_status = table.required<int>("status"); }},
      {"greedy_collectives",
       [&] { machine.nccl.greed[gpu_index()] = table.required<double>("share"); }},
      {"wrong_collective",
       [&] {
         machine.nccl.wrong_bits.push_back({gpu_index(), table.required<std::string>("operation"),
                                            table.required<std::size_t>("offset"),
                                            table.required<unsigned>("bit")});
       }},
      {"stuck_collective",
       [&] {
         StuckCollective stuck;
         stuck.gpu = gpu_index();
         table.read("operation", stuck.operation);
         table.read("at_launch", stuck.at_launch);
         table.read("status", stuck.status);
         machine.nccl.stuck.push_back(stuck);
       }},
  };
  const auto found = faults.find(what);
  if (found == faults.end()) {
    std::string names;
    for (const auto& [name, apply] : faults) names += (names.empty() ? "" : ", ") + name;
    throw table.wrong("unknown fault \"" + what + "\", expected one of " + names);
  }
  found->second();
  table.done();
}

Machine read_machine(const fs::path& file, std::size_t depth) {
  const toml::value root = parse_machine_file(file);
  Table table(root, file);
  Machine machine;
  if (const auto base = base_of(table, file, depth)) machine = read_machine(*base, depth + 1);
  table.read("host", machine.host);
  table.read("instance_type", machine.instance_type);
  table.read("cuda_version", machine.cuda_version);
  table.read("noise", machine.noise);
  if (const auto* model = table.find("gpu")) read_gpu_model(Table(*model, file), machine.model);
  if (const auto* costs = table.find("costs_ns")) read_costs(Table(*costs, file), machine.costs);
  if (const auto* links = table.find("links")) read_links(Table(*links, file), machine.links);
  if (const auto* power = table.find("power")) read_power(Table(*power, file), machine.power);
  if (const auto* gemm = table.find("gemm")) read_gemm(*gemm, file, machine.gemm);
  table.read("cublaslt_version", machine.cublaslt_version);
  machine.power.max_clock_mhz = machine.model.core_clock_khz / 1000.0;
  if (const auto* nccl = table.find("nccl")) read_nccl(Table(*nccl, file), machine.nccl, file);
  table.find("shape");  // shape/read_shape.cpp reads it
  if (const auto* readings = table.find("monitor")) {
    read_readings(*readings, table, machine.monitor.all);
  }
  complete(machine.monitor.all, machine.model.capability);
  std::vector<std::string> addresses;
  table.read("gpu_addresses", addresses);
  if (!addresses.empty()) machine.gpus.clear();  // a base may have others
  for (const std::string& address : addresses) {
    Gpu gpu;
    gpu.pci_address = address;
    machine.gpus.push_back(std::move(gpu));
  }
  if (const auto* faults = table.find("fault")) {
    for (const toml::value& fault : faults->as_array()) apply_fault(Table(fault, file), machine);
  }
  table.done();
  if (machine.gpus.empty()) throw table.wrong("gpu_addresses is missing");
  if (machine.model.read_bytes_per_s <= 0 || machine.model.write_bytes_per_s <= 0) {
    throw table.wrong("the rates of the GPU's memory are missing");
  }
  const std::size_t told = machine.links.gpu_numa_nodes.size();
  if (told != 0 && told != machine.gpus.size()) {
    throw table.wrong("gpu_numa_nodes has " + std::to_string(told) + " numbers, expected " +
                      std::to_string(machine.gpus.size()));
  }
  return machine;
}

}  // namespace

Machine read_machine(const fs::path& file) { return read_machine(file, 0); }

}  // namespace plumbline::virtual_node
