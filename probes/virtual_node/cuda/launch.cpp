// How a launch becomes work on the device: its parameters taken, its accesses checked, its threads
// run on this host.

#include <algorithm>
#include <sstream>

#include "probes/virtual_node/cuda/driver.h"
#include "probes/virtual_node/simt/windows.h"

namespace plumbline::virtual_node {
namespace {

using Values = std::vector<std::vector<std::byte>>;

Values take_values(const HostKernel& kernel, void** parameters) {
  Values values;
  for (std::size_t i = 0; i < kernel.parameter_sizes.size(); ++i) {
    const auto* data = static_cast<const std::byte*>(parameters[i]);
    values.emplace_back(data, data + kernel.parameter_sizes[i]);
  }
  return values;
}

/// A kernel that only works on the elements that its threads are given does the same with fewer
/// threads, each with more of them: what is run here is one block.
Extent needed(Extent grid, const Traffic& traffic) {
  if (traffic.elements && grid.y == 1 && grid.z == 1) grid.x = 1;
  return grid;
}

/// What names a launch: the same one again would do the same.
std::string launch_key(const HostKernel& kernel, Extent grid, Extent block, const Values& values) {
  std::ostringstream key;
  key << kernel.name << ' ' << grid.x << ' ' << grid.y << ' ' << grid.z << ' ' << block.x << ' '
      << block.y << ' ' << block.z << ' ';
  for (const auto& value : values) {
    key.write(reinterpret_cast<const char*>(value.data()),
              static_cast<std::streamsize>(value.size()));
  }
  return key.str();
}

bool overlap(const Access& a, const Access& b) {
  const auto* a_from = static_cast<const std::byte*>(a.address);
  const auto* b_from = static_cast<const std::byte*>(b.address);
  return a_from < b_from + b.bytes && b_from < a_from + a.bytes;
}

/// True if a launch writes nothing that it reads: doing it twice is doing it once.
bool repeatable(const Traffic& traffic) {
  for (const Access& write : traffic.accesses) {
    if (!write.write) continue;
    for (const Access& read : traffic.accesses) {
      if (!read.write && overlap(read, write)) return false;
    }
  }
  return traffic.dependent_loads == 0 && !traffic.waits;
}

}  // namespace

std::optional<CUresult> CudaDriver::fate(int gpu, const std::string& kernel, Operation& operation) {
  const auto index = static_cast<std::size_t>(gpu);
  const GpuFailure& failure = machine.gpus[index].failure;
  if (!failure.kernel.empty() && failure.kernel != kernel) return std::nullopt;
  const std::uint64_t number = launches_[index]++;
  if (number >= failure.kernel_hangs_after) hang(operation, gpu);
  if (number < failure.kernel_fails_after) return std::nullopt;
  return static_cast<CUresult>(failure.status);
}

void CudaDriver::launch(Stream& stream, Function& function, Extent grid, Extent block,
                        void** parameters) {
  const Context& context = *stream.context;
  if (function.module->context != &context) {
    throw CallFailed(CUDA_ERROR_INVALID_HANDLE, "function and stream are of different contexts");
  }
  if (grid.count() == 0 || block.count() == 0 || block.count() > 1024) {
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, "a block has 1 to 1024 threads, a grid has blocks");
  }
  const HostKernel& kernel = *function.kernel;
  Values values = take_values(kernel, parameters);
  const Traffic traffic = traffic_of(kernel, parameters);
  HostTime::spend(machine.costs.launch_host);
  const auto gpu = static_cast<std::size_t>(context.gpu);
  if (!function.loaded && spinning_[gpu] != 0) {
    throw CallFailed(CUDA_ERROR_LAUNCH_TIMEOUT, kernel.name +
                                                    " is launched for the first time, and loading "
                                                    "it waits for the kernel that waits for the "
                                                    "host");
  }
  function.loaded = true;
  Nanoseconds latency = machine.costs.launch_device;
  if (traffic.dependent_loads != 0) {
    latency += static_cast<double>(traffic.dependent_loads) *
               load_latency(context.gpu, traffic.accesses.front().address);
  }
  Operation operation;
  if (traffic.waits) {
    ++spinning_[gpu];
    operation.not_before = [wait = *traffic.waits,
                            set = never](Nanoseconds since) mutable -> Nanoseconds {
      if (set == never && *wait.word != 0) set = HostTime::now();
      return std::min(set, since + wait.limit_ns);
    };
  }
  const std::optional<CUresult> failure = fate(context.gpu, kernel.name, operation);
  enqueue(
      stream, latency, flow_of(context, traffic),
      [this, &context, &kernel, grid, block, values = std::move(values), failure,
       spins = traffic.waits.has_value()] {
        if (spins) --spinning_[static_cast<std::size_t>(context.gpu)];
        if (failure) throw CallFailed(*failure, "the machine has it so");
        execute(context, kernel, grid, block, values);
      },
      std::move(operation));
}

std::string CudaDriver::forbidden(const Context& context, const Access& access) const {
  const auto address = reinterpret_cast<std::uintptr_t>(access.address);
  const Block* block = memory.find(access.address);
  if (block == nullptr || !block->holds(access.address, access.bytes)) {
    return "reaches " + std::to_string(access.bytes) + " bytes that are not all in one allocation";
  }
  if (address % access.alignment != 0) return "";  // has a status of its own
  if (access.multicast) return "";                 // looked at when it was resolved
  if (block->access) {
    return block->access->contains(context.gpu)
               ? ""
               : "reaches memory of gpu" + std::to_string(block->gpu) +
                     " that is mapped, but to which cuMemSetAccess gave it no access";
  }
  if (block->gpu != Block::on_host && block->gpu != context.gpu &&
      !context.peers.contains(block->gpu)) {
    return "reaches memory of gpu" + std::to_string(block->gpu) + " without peer access";
  }
  return "";
}

void CudaDriver::check(const Context& context, const std::string& kernel,
                       const std::vector<Access>& accesses) const {
  for (const Access& access : accesses) {
    const std::string why = forbidden(context, access);
    if (!why.empty()) {
      throw CallFailed(CUDA_ERROR_ILLEGAL_ADDRESS, std::string(kernel).append(" ").append(why));
    }
    if (reinterpret_cast<std::uintptr_t>(access.address) % access.alignment != 0) {
      throw CallFailed(CUDA_ERROR_MISALIGNED_ADDRESS,
                       std::string(kernel).append(" gets a crooked pointer"));
    }
  }
}

void CudaDriver::once(const std::string& key, const std::vector<Access>& accesses, bool repeatable,
                      const std::function<void()>& act) {
  const auto versions = [&] {
    std::vector<std::pair<const Block*, std::uint64_t>> now;
    for (const Access& access : accesses) {
      const Block* touched = memory.find(access.address);
      now.emplace_back(touched, touched->version);
    }
    return now;
  };
  const auto known = settled_.find(key);
  if (known != settled_.end() && known->second == versions()) return;
  act();
  for (const Access& access : accesses) {
    if (access.write) memory.written(*memory.find(access.address));
  }
  // What lies in memory of the host changes without a word to the driver.
  const bool in_gpus = std::all_of(accesses.begin(), accesses.end(), [&](const Access& access) {
    return memory.find(access.address)->gpu != Block::on_host;
  });
  if (in_gpus && repeatable) settled_[key] = versions();
}

void CudaDriver::execute(const Context& context, const HostKernel& kernel, Extent grid,
                         Extent block, const Values& values) {
  std::vector<void*> parameters;
  for (const auto& value : values) parameters.push_back(const_cast<std::byte*>(value.data()));
  Traffic traffic = traffic_of(kernel, parameters.data());
  auto views = virtual_memory.views(traffic.accesses, context.gpu, kernel.name);
  traffic.accesses = virtual_memory.resolved(traffic.accesses, context.gpu, kernel.name);
  check(context, kernel.name, traffic.accesses);
  std::erase_if(traffic.accesses, [&](const Access& access) {
    return access.multicast && access.write && vanishes(context.gpu, *memory.find(access.address));
  });
  for (const Access& access : traffic.accesses) {
    if (access.write && vanishes(context.gpu, *memory.find(access.address))) return;
  }
  once(launch_key(kernel, grid, block, values), traffic.accesses, repeatable(traffic), [&] {
    if (traffic.elements && *traffic.elements > window_elements * window_count) {
      // Visited whole: where an element falls into every page, every page is touched.
      for (const Access& access : traffic.accesses) {
        if (access.write && access.bytes <= *traffic.elements * page_bytes) {
          DeviceMemory::populate(const_cast<void*>(access.address), access.bytes);
        }
      }
    }
    device_clock() = {simulation.now(),
                      traffic.dependent_loads == 0
                          ? 0
                          : load_latency(context.gpu, traffic.accesses.front().address)};
    show_multicast(std::move(views));
    try {
      run_grid(kernel.name.c_str(), needed(grid, traffic), block,
               [&] { kernel.run(parameters.data()); });
    } catch (const LaunchFailure& failure) {
      throw CallFailed(CUDA_ERROR_LAUNCH_FAILED, failure.what());
    }
    arrive(context, traffic.accesses);
  });
}

void CudaDriver::queue_work(Stream& stream, const QueuedWork& work) {
  const Context& context = *stream.context;
  const std::vector<Access> accesses(work.accesses, work.accesses + work.access_count);
  Flow flow;
  for (const Access& access : accesses) {
    if (const Block* block = memory.find(access.address)) {
      add_path(flow, context.gpu, *block, static_cast<double>(access.bytes), access.write);
    }
  }
  const auto compute = resources_[static_cast<std::size_t>(context.gpu)].compute;
  flow.loads.push_back({compute, work.compute_seconds});
  flow.core_watts = work.core_watts;
  HostTime::spend(machine.costs.launch_host);
  const std::string name = work.name;
  const std::string key(static_cast<const char*>(work.key), work.key_bytes);
  const std::shared_ptr<void> data(work.data, work.drop);
  Operation operation;
  const std::optional<CUresult> failure = fate(context.gpu, name, operation);
  enqueue(
      stream, machine.costs.launch_device, std::move(flow),
      [this, &context, name, accesses, key, data, act = work.act, failure] {
        if (failure) throw CallFailed(*failure, "the machine has it so");
        check(context, name, accesses);
        once(name + ' ' + key, accesses, true, [&] { act(data.get()); });
      },
      std::move(operation));
}

}  // namespace plumbline::virtual_node
