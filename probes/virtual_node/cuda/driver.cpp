#include "probes/virtual_node/cuda/driver.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "probes/virtual_node/work_log.h"

namespace plumbline::virtual_node {
namespace {

/// What `machine.toml` describes lies beside the library, under the name by which it was opened: a
/// machine is a folder with its file and links to the libraries.
std::filesystem::path machine_file() {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<void*>(&machine_file), &here) == 0 || here.dli_fname == nullptr) {
    throw std::runtime_error("this library does not know where it lies");
  }
  return std::filesystem::path(here.dli_fname).parent_path() / "machine.toml";
}

/// A number in [-1, 1] that looks random and follows from its two arguments.
double hashed_unit(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = (a + 1) * 0x9E3779B97F4A7C15ULL + b * 0xD1B54A32D192ED03ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) / static_cast<double>(1ULL << 52) - 1.0;
}

/// A question (is it done?) waits for other processes no longer than this; then they are not.
constexpr int most_waits = 100;

/// Called with the driver's mutex held: gives it away for a moment of real time.
void let_others_call() {
  driver_mutex().unlock();
  ::usleep(20);  // virtual_clock.cpp makes nanosleep pass virtual time
  driver_mutex().lock();
}

}  // namespace

thread_local Context* CudaDriver::current_context = nullptr;
thread_local CudaDriver::Asked CudaDriver::asked_before_;
thread_local CudaDriver::Asked CudaDriver::asked_now_;

std::mutex& driver_mutex() {
  static std::mutex mutex;
  return mutex;
}

CudaDriver& the_driver() {
  static CudaDriver driver(read_machine(machine_file()));
  return driver;
}

void explain(const char* call, const CallFailed& failure) {
  if (failure.why.empty()) return;
  std::fprintf(stderr, "virtual node: %s: %s\n", call, failure.why.c_str());
}

CudaDriver::CudaDriver(Machine described)
    : machine(std::move(described)),
      memory(machine.gpus.size(), machine.model.memory_bytes),
      power(machine.power, simulation),
      contexts(machine.gpus.size()),
      operations_(machine.gpus.size(), 0) {
  const GpuModel& model = machine.model;
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    const Gpu& gpu = machine.gpus[i];
    contexts[i].gpu = static_cast<int>(i);
    if (!gpu.missing) visible_.push_back(static_cast<int>(i));
    const double pcie = pcie_share(machine.links, gpu.links);
    // Of a GPU's memory it is its time that is shared: a byte written takes more than a byte read.
    // Of its multiprocessors too, in seconds at the highest clock.
    resources_.push_back({simulation.add_resource(1), simulation.add_resource(gpu.memory_rate),
                          simulation.add_resource(0), simulation.add_resource(0),
                          simulation.add_resource(model.to_host_bytes_per_s * pcie),
                          simulation.add_resource(model.from_host_bytes_per_s * pcie)});
    copy_engines_.push_back(simulation.add_engines(std::max(model.copy_engines, 1U)));
    power.add(gpu.power, {resources_.back().compute, resources_.back().memory});
    for (const StuckBit& bit : gpu.stuck_bits) memory.add(static_cast<int>(i), bit);
    if (gpu.memory_taken != 0) memory.take_away(static_cast<int>(i), gpu.memory_taken);
    set_nvlink_rates(i, gpu.links);
    links_die_ = links_die_ || !gpu.monitor.dying_nvlinks.empty();
  }
  if (links_die_) {
    earlier_ = WorkLog(machine_file().parent_path()).read(machine.gpus.size());
    let_links_die();
  }
  add_paths();
}

void CudaDriver::set_nvlink_rates(std::size_t gpu, const GpuLinks& links) {
  const double rate = machine.model.nvlink_bytes_per_s * nvlink_share(machine.links, links);
  simulation.set_capacity(resources_[gpu].link_out, rate * links.nvlink_out_rate);
  simulation.set_capacity(resources_[gpu].link_in, rate * links.nvlink_in_rate);
}

void CudaDriver::let_links_die() {
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    const Gpu& gpu = machine.gpus[i];
    if (gpu.monitor.dying_nvlinks.empty()) continue;
    Work done = earlier_[i];
    done += work_of(state(static_cast<int>(i)));
    GpuLinks links = gpu.links;
    for (const DyingLink& dying : gpu.monitor.dying_nvlinks) {
      if (done.amount(dying.per) >= dying.after) links.dead_nvlinks.insert(dying.link);
    }
    set_nvlink_rates(i, links);
  }
}

int CudaDriver::gpu_of(CUdevice device) const {
  if (device < 0 || static_cast<std::size_t>(device) >= visible_.size()) {
    throw CallFailed(CUDA_ERROR_INVALID_DEVICE, "there is no device " + std::to_string(device));
  }
  return visible_[static_cast<std::size_t>(device)];
}

Context& CudaDriver::current() {
  Context* context = current_context;
  if (context == nullptr || context->retained == 0) {
    throw CallFailed(CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread");
  }
  if (context->lost) throw CallFailed(context->lost->status);
  return *context;
}

Stream& CudaDriver::stream(CUstream handle) {
  if (handle == nullptr || handle == CU_STREAM_LEGACY || handle == CU_STREAM_PER_THREAD) {
    throw CallFailed(CUDA_ERROR_NOT_SUPPORTED,
                     "the default stream waits for every other one: use a stream of your own");
  }
  Stream& stream = streams.at(handle);
  if (stream.context != &current()) {
    throw CallFailed(CUDA_ERROR_INVALID_CONTEXT, "the stream is of another context");
  }
  return stream;
}

Function& CudaDriver::function(CUfunction handle) const {
  Function* found = nullptr;
  modules.each([&](const Module& module) {
    for (const auto& [name, function] : module.functions) {
      if (reinterpret_cast<CUfunction>(function.get()) == handle) found = function.get();
    }
  });
  if (found == nullptr) {
    throw CallFailed(CUDA_ERROR_INVALID_HANDLE, "the function is of no module that is loaded");
  }
  return *found;
}

Block& CudaDriver::device_block(CUdeviceptr address, std::size_t bytes) {
  const auto* data = reinterpret_cast<const void*>(address);
  Block* block = memory.find(data);
  if (block == nullptr || block->gpu == Block::on_host || !block->holds(data, bytes)) {
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, std::to_string(bytes) +
                                                   " bytes from that address are not all in one "
                                                   "allocation of device memory");
  }
  return *block;
}

bool CudaDriver::advance_until(const std::function<bool()>& done) {
  for (;;) {
    meetings.look_around();
    const std::size_t changes = meetings.changes();
    simulation.run_until([&] { return done() || meetings.changes() != changes; },
                         meetings.horizon());
    if (done()) return true;
    if (meetings.changes() != changes) continue;
    if (!meetings.some_wait()) return false;
    let_others_call();
  }
}

void CudaDriver::advance_to(Nanoseconds time) {
  for (int waits = 0; simulation.now() < time; ++waits) {
    meetings.look_around();
    const std::size_t changes = meetings.changes();
    const Nanoseconds horizon = meetings.horizon();
    simulation.run_until([&] { return meetings.changes() != changes; }, std::min(time, horizon));
    if (meetings.changes() != changes) continue;
    if (time <= horizon) return simulation.run_to(time);
    if (waits == most_waits) return;
    let_others_call();
  }
}

void CudaDriver::never_came(const char* what) const {
  if (!hung_.empty()) {
    // As on a real GPU: the call does not return. Others may go on.
    explain("waiting",
            CallFailed(CUDA_ERROR_LAUNCH_TIMEOUT, "the GPU hangs, and so does this call"));
    driver_mutex().unlock();
    for (;;) ::pause();
  }
  throw CallFailed(CUDA_ERROR_LAUNCH_TIMEOUT, what);
}

void CudaDriver::drain(Stream& stream) {
  const Queue& queue = *stream.queue;
  const bool done =
      advance_until([&] { return queue.empty() || stream.context->lost.has_value(); });
  HostTime::wait_until(queue.end());
  HostTime::spend(machine.costs.synchronize_host);
  if (stream.context->lost) throw CallFailed(stream.context->lost->status);
  if (!done) never_came("the stream waits for what never comes");
}

bool CudaDriver::poll(const void* asked, const std::function<bool()>& done) {
  const Nanoseconds then = HostTime::now() + machine.costs.query_host;
  advance_to(then);
  current();
  if (!done()) {
    // What other processes do until then is not known yet: no time passes here, so that how often
    // this is asked meanwhile, which is a matter of real time, changes nothing.
    if (simulation.now() < then) {
      overlook_call();
      return false;
    }
    if (asked_before_.contains(asked)) {
      meetings.look_around();
      if (simulation.run_to_next(meetings.horizon())) {
        asked_before_.clear();
      } else if (meetings.some_wait()) {
        let_others_call();
        overlook_call();
        return false;
      } else {
        asked_before_.clear();
      }
    }
  }
  HostTime::wait_until(std::max(then, simulation.now()));
  asked_now_ = std::move(asked_before_);
  asked_now_.insert(asked);
  current();
  return done();
}

void CudaDriver::drain(Context& context) {
  streams.each([&](Stream& stream) {
    if (stream.context == &context) drain(stream);
  });
}

void CudaDriver::wait_for(const Context& context, const Moment& moment) {
  const bool done = advance_until([&] { return moment.reached || context.lost.has_value(); });
  if (context.lost) throw CallFailed(context.lost->status);
  if (!done) never_came("the event waits for what never comes");
  HostTime::wait_until(moment.at);
}

CudaDriver::~CudaDriver() {
  if (!started) return;
  try {
    std::vector<Work> work;
    for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
      work.push_back(work_of(state(static_cast<int>(i))));
    }
    WorkLog(machine_file().parent_path()).append(work);
  } catch (const std::exception& error) {
    explain("at the end", CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
  }
}

GpuState CudaDriver::state(int gpu) {
  const auto index = static_cast<std::size_t>(gpu);
  GpuState state = power.state(index, simulation.now());
  const Resources& resources = resources_[index];
  state.memory_clock_mhz = machine.model.memory_clock_khz / 1000.0;
  state.nvlink_sent = simulation.passed(resources.link_out);
  state.nvlink_received = simulation.passed(resources.link_in);
  state.pcie_sent = simulation.passed(resources.to_host);
  state.pcie_received = simulation.passed(resources.from_host);
  return state;
}

double CudaDriver::noise(int gpu) {
  const auto index = static_cast<std::size_t>(gpu);
  const Unsteadiness& of = machine.gpus[index].unsteadiness;
  double factor = 1 + machine.noise * hashed_unit(index, operations_[index]++);
  factor *= 1 + of.drift_per_s * simulation.now() / 1e9;
  // In which of two modes it is: for a while, so that a measurement sees both and no mean of them.
  constexpr Nanoseconds dwell = 30e6;
  const auto period = static_cast<std::uint64_t>(simulation.now() / dwell);
  if ((1 + hashed_unit(index + machine.gpus.size(), period)) / 2 < of.other_share) {
    factor *= of.other_factor;
  }
  return factor;
}

void CudaDriver::enqueue(Stream& stream, Nanoseconds latency, Flow flow, std::function<void()> act,
                         Operation operation) {
  operation.queued = HostTime::now();
  operation.latency = latency;
  operation.amount = flow.bytes * noise(stream.context->gpu);
  for (Load& load : flow.loads) load.share /= std::max(flow.bytes, 1.0);
  operation.loads = std::move(flow.loads);
  operation.core_watts = flow.core_watts;
  operation.act = [this, context = stream.context, act = std::move(act)] {
    if (links_die_) let_links_die();
    if (context->lost) return;  // what follows an error is not done
    try {
      act();
    } catch (const CallFailed& failure) {
      explain("on the device", failure);
      context->lost = failure;
    }
  };
  simulation.enqueue(*stream.queue, std::move(operation));
}

void CudaDriver::enqueue_point(Stream& stream, std::shared_ptr<const Moment> waits_for,
                               std::shared_ptr<Moment> reaches) {
  HostTime::spend(machine.costs.event_host);
  Operation operation;
  operation.queued = HostTime::now();
  operation.waits_for = std::move(waits_for);
  operation.reaches = std::move(reaches);
  simulation.enqueue(*stream.queue, std::move(operation));
}

void CudaDriver::record(Stream& stream, Event& event) {
  if (event.context != stream.context) {
    throw CallFailed(CUDA_ERROR_INVALID_HANDLE, "event and stream are of different contexts");
  }
  event.recorded = std::make_shared<Moment>();
  enqueue_point(stream, nullptr, event.recorded);
}

void CudaDriver::wait_event(Stream& stream, const Event& event) {
  enqueue_point(stream, event.recorded, nullptr);
}

CudaDriver::Flow CudaDriver::flow_of(const Context& context, const Traffic& traffic) const {
  Flow flow;
  // A kernel that loads one word after the other moves what it visits, not what it might.
  if (traffic.dependent_loads != 0) return flow;
  for (const Access& access : traffic.accesses) {
    if (access.multicast) {
      add_multicast_path(flow, context.gpu, access);
    } else if (const Block* block = memory.find(access.address)) {
      add_path(flow, context.gpu, *block, static_cast<double>(access.bytes), access.write);
    }
  }
  return flow;
}

}  // namespace plumbline::virtual_node
