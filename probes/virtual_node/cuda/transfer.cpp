// How data moves between GPUs and the host: through which links, and what goes wrong on the way.

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "probes/virtual_node/cuda/driver.h"

namespace plumbline::virtual_node {
namespace {

PathEnd end_of(const Block& block) { return block.gpu == Block::on_host ? host_end : block.gpu; }

/// The NUMA node that the page at this address lies on; -1 where the kernel does not tell.
int numa_node_of(void* address) {
  int node = -1;
  const long failed = ::syscall(SYS_move_pages, 0, 1UL, &address, nullptr, &node, 0);
  return failed == 0 ? std::max(node, -1) : -1;
}

void add(Loads& loads, std::size_t resource, double load) {
  const auto known = std::find_if(loads.begin(), loads.end(),
                                  [&](const Load& l) { return l.resource == resource; });
  if (known != loads.end()) {
    known->share += load;
  } else {
    loads.push_back({resource, load});
  }
}

}  // namespace

void CudaDriver::add_paths() {
  const LinkDesign& links = machine.links;
  uplinks_.resize(machine.gpus.size());
  launches_.resize(machine.gpus.size(), 0);
  copies_.resize(machine.gpus.size(), 0);
  spinning_.resize(machine.gpus.size(), 0);
  for (const auto& gpus : links.uplink_gpus) {
    const Uplink uplink{simulation.add_resource(links.uplink_to_host_bytes_per_s),
                        simulation.add_resource(links.uplink_from_host_bytes_per_s)};
    for (const std::size_t gpu : gpus) uplinks_.at(gpu) = uplink;
  }
  for (const PathFault& fault : machine.path_faults) {
    if (fault.rate == 1) continue;
    slow_[{fault.from, fault.to}] =
        simulation.add_resource(machine.model.nvlink_bytes_per_s * fault.rate);
  }
}

void CudaDriver::add_path(Flow& flow, int gpu, const Block& block, double bytes, bool write) const {
  const GpuModel& model = machine.model;
  const auto index = static_cast<std::size_t>(gpu);
  const Resources& own = resources_[index];
  flow.bytes += bytes;
  const auto slow = [&](PathEnd from, PathEnd to) {
    const auto found = slow_.find({from, to});
    if (found != slow_.end()) add(flow.loads, found->second, bytes);
  };
  if (block.gpu == Block::on_host) {
    const auto& near = machine.links.gpu_numa_nodes;
    const bool far = block.numa_node >= 0 && !near.empty() &&
                     static_cast<unsigned>(block.numa_node) != near[index];
    add(flow.loads, write ? own.to_host : own.from_host,
        far ? bytes / machine.links.far_host_rate : bytes);
    if (const auto& uplink = uplinks_[index]) {
      add(flow.loads, write ? uplink->to_host : uplink->from_host,
          far ? bytes / machine.links.far_host_rate : bytes);
    }
    return;
  }
  const Resources& owner = resources_[static_cast<std::size_t>(block.gpu)];
  add(flow.loads, owner.memory, bytes / (write ? model.write_bytes_per_s : model.read_bytes_per_s));
  if (block.gpu == gpu) return;
  add(flow.loads, write ? own.link_out : owner.link_out, bytes);
  add(flow.loads, write ? owner.link_in : own.link_in, bytes);
  write ? slow(gpu, block.gpu) : slow(block.gpu, gpu);
}

void CudaDriver::add_multicast_path(Flow& flow, int gpu, const Access& access) const {
  std::vector<Block*> blocks;
  try {
    blocks = virtual_memory.behind(access, gpu, "");
  } catch (const CallFailed&) {
    return;  // the GPU will be lost by it, when its turn comes
  }
  const GpuModel& model = machine.model;
  const Resources& own = resources_[static_cast<std::size_t>(gpu)];
  const auto bytes = static_cast<double>(access.bytes);
  flow.bytes += bytes;
  add(flow.loads, access.write ? own.link_out : own.link_in, bytes);
  for (const Block* block : blocks) {
    const Resources& member = resources_[static_cast<std::size_t>(block->gpu)];
    add(flow.loads, access.write ? member.link_in : member.link_out, bytes);
    add(flow.loads, member.memory,
        bytes / (access.write ? model.write_bytes_per_s : model.read_bytes_per_s));
    const auto slow = slow_.find(access.write ? std::pair<PathEnd, PathEnd>{gpu, block->gpu}
                                              : std::pair<PathEnd, PathEnd>{block->gpu, gpu});
    if (slow != slow_.end()) add(flow.loads, slow->second, bytes);
  }
}

void CudaDriver::add_detour(Flow& flow, const Block& from, const Block& to, double bytes) const {
  Block host;
  host.gpu = Block::on_host;
  for (const auto& [block, is_source] : {std::pair{&from, true}, std::pair{&to, false}}) {
    if (block->gpu == Block::on_host) continue;
    add_path(flow, block->gpu, *block, bytes, !is_source);
    add_path(flow, block->gpu, host, bytes, is_source);
  }
}

double CudaDriver::load_latency(int gpu, const void* address) const {
  const Block* block = memory.find(address);
  const LinkDesign& links = machine.links;
  const auto index = static_cast<std::size_t>(gpu);
  if (block != nullptr && block->gpu == Block::on_host) {
    const bool far = block->numa_node >= 0 && !links.gpu_numa_nodes.empty() &&
                     static_cast<unsigned>(block->numa_node) != links.gpu_numa_nodes[index];
    return far ? links.far_host_load_latency_ns : links.host_load_latency_ns;
  }
  if (block != nullptr && block->gpu != gpu) return links.peer_load_latency_ns;
  return machine.model.load_latency_ns / machine.gpus[index].memory_rate;
}

bool CudaDriver::vanishes(int gpu, const Block& target) const {
  return std::any_of(machine.path_faults.begin(), machine.path_faults.end(),
                     [&](const PathFault& fault) {
                       return fault.drops_writes && fault.from == gpu && fault.to == end_of(target);
                     });
}

void CudaDriver::arrive(PathEnd from, Block& target, void* to, std::size_t bytes) {
  for (const PathFault& fault : machine.path_faults) {
    if (!fault.flipped_byte || fault.from != from || fault.to != end_of(target)) continue;
    if (*fault.flipped_byte >= bytes) continue;
    static_cast<std::byte*>(to)[*fault.flipped_byte] ^= std::byte{1} << fault.flipped_bit;
    memory.written(target);
  }
}

void CudaDriver::arrive(const Context& context, const std::vector<Access>& accesses) {
  for (const Access& access : accesses) {
    if (!access.write) continue;
    Block& target = *memory.find(access.address);
    void* to = const_cast<void*>(access.address);
    arrive(context.gpu, target, to, access.bytes);
    for (const Access& read : accesses) {
      const Block& source = *memory.find(read.address);
      if (!read.write && source.gpu != context.gpu) {
        arrive(end_of(source), target, to, access.bytes);
      }
    }
  }
}

void CudaDriver::hang(Operation& operation, int gpu) {
  hung_.insert(gpu);
  operation.not_before = [](Nanoseconds) { return never; };
}

void CudaDriver::copy(Stream& stream, void* to, const void* from, std::size_t bytes) {
  const Context& context = *stream.context;
  const int gpu = context.gpu;
  const Block* target = memory.find(to);
  const Block* source = memory.find(from);
  if ((target != nullptr && !target->holds(to, bytes)) ||
      (source != nullptr && !source->holds(from, bytes))) {
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, "a side of the copy is not all in one allocation");
  }
  for (const auto& [block, address] :
       {std::pair{target, static_cast<const void*>(to)}, std::pair{source, from}}) {
    if (block == nullptr && virtual_memory.reserved(address)) {
      throw CallFailed(CUDA_ERROR_NOT_SUPPORTED,
                       "nothing is mapped there, or a multicast object, to and from which no copy "
                       "is defined");
    }
    if (block != nullptr && block->access && !block->access->contains(gpu)) {
      std::string why = "cuMemSetAccess gave gpu";
      why.append(std::to_string(gpu)).append(" no access there");
      throw CallFailed(CUDA_ERROR_INVALID_VALUE, why);
    }
  }
  const auto reached = [&](const Block* block) {
    return block == nullptr || block->gpu == Block::on_host || block->gpu == gpu || block->access ||
           context.peers.contains(block->gpu);
  };
  const auto by_host = [&](const Block& one, const Block& other) {
    return std::any_of(
        machine.path_faults.begin(), machine.path_faults.end(), [&](const PathFault& fault) {
          return fault.by_host && fault.from == end_of(one) && fault.to == end_of(other);
        });
  };
  Flow flow;
  const auto amount = static_cast<double>(bytes);
  if (source != nullptr && target != nullptr &&
      (!(reached(source) && reached(target)) || by_host(*source, *target))) {
    add_detour(flow, *source, *target, amount);
  } else {
    if (source != nullptr) add_path(flow, gpu, *source, amount, false);
    if (target != nullptr) add_path(flow, gpu, *target, amount, true);
  }
  HostTime::spend(machine.costs.copy_host);
  Operation operation;
  const auto index = static_cast<std::size_t>(gpu);
  operation.engines = copy_engines_[index];
  if (copies_[index]++ >= machine.gpus[index].failure.copy_hangs_after) hang(operation, gpu);
  if (target != nullptr && source == nullptr) {
    // Memory that can be paged out is copied by the call itself, through a buffer at once.
    const auto* data = static_cast<const std::byte*>(from);
    enqueue(
        stream, machine.costs.copy_device, std::move(flow),
        [this, gpu, to, staged = std::vector<std::byte>(data, data + bytes)] {
          copy_data(to, staged.data(), staged.size(), gpu);
        },
        std::move(operation));
    return;
  }
  enqueue(
      stream, machine.costs.copy_device, std::move(flow),
      [this, to, from, bytes, gpu] { copy_data(to, from, bytes, gpu); }, std::move(operation));
  // To memory that can be paged out: before the call returns.
  if (target == nullptr) drain(stream);
}

void CudaDriver::copy_data(void* to, const void* from, std::size_t bytes, int gpu) {
  Block* target = memory.find(to);
  const Block* source = memory.find(from);
  if (target != nullptr && vanishes(gpu, *target)) return;
  const bool in_gpus = target != nullptr && source != nullptr && target->gpu != Block::on_host &&
                       source->gpu != Block::on_host;
  Copied& last = copied_[{to, from, in_gpus ? bytes : 0}];
  if (in_gpus && last.from_version == source->version && last.to_version == target->version) return;
  memory.copy(to, from, bytes);
  if (target != nullptr) arrive(source != nullptr ? end_of(*source) : host_end, *target, to, bytes);
  if (in_gpus) last = {source->version, target->version};
}

void CudaDriver::fill(Stream& stream, CUdeviceptr to, unsigned char value, std::size_t bytes) {
  Flow flow;
  add_path(flow, stream.context->gpu, device_block(to, bytes), static_cast<double>(bytes), true);
  HostTime::spend(machine.costs.launch_host);
  enqueue(stream, machine.costs.launch_device, std::move(flow),
          [this, to, value, bytes] { memory.fill(reinterpret_cast<void*>(to), value, bytes); });
}

void CudaDriver::register_memory(void* data, std::size_t bytes) {
  if (reinterpret_cast<std::uintptr_t>(data) % page_bytes != 0 || bytes % page_bytes != 0 ||
      bytes == 0) {
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, "only whole pages can be page-locked");
  }
  if (memory.find(data) != nullptr) throw CallFailed(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  HostTime::spend(machine.costs.allocate_host);
  if (memory.adopt(data, bytes, numa_node_of(data)) == nullptr) {
    throw CallFailed(CUDA_ERROR_OUT_OF_MEMORY, "the memory cannot be page-locked");
  }
}

}  // namespace plumbline::virtual_node
