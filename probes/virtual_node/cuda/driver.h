#pragma once

#include <cuda.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "probes/virtual_node/cuda/meetings.h"
#include "probes/virtual_node/cuda/virtual_memory.h"
#include "probes/virtual_node/device_memory.h"
#include "probes/virtual_node/fatbin.h"
#include "probes/virtual_node/gpu_state.h"
#include "probes/virtual_node/host_time.h"
#include "probes/virtual_node/machine.h"
#include "probes/virtual_node/power.h"
#include "probes/virtual_node/queued_work.h"
#include "probes/virtual_node/simt/kernel_table.h"
#include "probes/virtual_node/simt/thread.h"
#include "probes/virtual_node/simulation.h"

namespace plumbline::virtual_node {

/// How a call ends that does not succeed. `why` is for whoever wrote the call; it is printed, since
/// the real driver's status alone rarely tells.
struct CallFailed : std::exception {
  CUresult status;
  std::string why;

  explicit CallFailed(CUresult status_, std::string why_ = {})
      : status(status_), why(std::move(why_)) {}
  const char* what() const noexcept override { return why.c_str(); }
};

struct Context {
  int gpu = 0;
  unsigned retained = 0;
  std::optional<CallFailed> lost;  ///< an error that the GPU does not get over
  std::set<int> peers;             ///< GPUs whose memory it may reach
};

struct Stream {
  Context* context;
  Queue* queue;
};

struct Event {
  Context* context;
  std::shared_ptr<Moment> recorded;  ///< null: never
};

struct Function;

struct Module {
  Context* context;
  ShippedKernels kernels;
  std::unordered_map<std::string, std::unique_ptr<Function>> functions;
};

struct Function {
  Module* module;
  const HostKernel* kernel;
  bool loaded = false;  ///< its code: by its first launch
};

/// Objects that a program holds by a pointer to something it does not know.
template <class Object, class Handle>
class Handles {
 public:
  Handle add(Object object) {
    auto owned = std::make_unique<Object>(std::move(object));
    auto* raw = owned.get();
    objects_[raw] = std::move(owned);
    return reinterpret_cast<Handle>(raw);
  }
  Object& at(Handle handle) const {
    const auto found = objects_.find(handle);
    if (found == objects_.end()) {
      throw CallFailed(CUDA_ERROR_INVALID_HANDLE, "the handle is of nothing that exists");
    }
    return *found->second;
  }
  void remove(Handle handle) { objects_.erase(&at(handle)); }

  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [key, object] : objects_) visit(*object);
  }

 private:
  std::unordered_map<const void*, std::unique_ptr<Object>> objects_;
};

/// The driver of the machine that is described beside this library: its state, and what the
/// exported functions are made of. One call at a time.
class CudaDriver {
 public:
  explicit CudaDriver(Machine machine);
  CudaDriver(const CudaDriver&) = delete;
  CudaDriver& operator=(const CudaDriver&) = delete;
  /// With the process: what its GPUs did is remembered, if the machine remembers.
  ~CudaDriver();

  const Machine machine;
  bool started = false;
  DeviceMemory memory;
  Simulation simulation;
  NodePower power;
  std::vector<Context> contexts;  ///< the primary one of each GPU
  Handles<Stream, CUstream> streams;
  Handles<Event, CUevent> events;
  Handles<Module, CUmodule> modules;
  Meetings meetings{*this};
  VirtualMemory virtual_memory{*this};

  /// What a GPU's work shares, as resources of the simulation.
  struct Resources {
    std::size_t compute, memory, link_out, link_in, to_host, from_host;
  };
  const Resources& resources(int gpu) const { return resources_[static_cast<std::size_t>(gpu)]; }
  /// A factor around 1 for the duration of a GPU's next work.
  double noise(int gpu);

  /// The GPUs that are there, by number.
  const std::vector<int>& visible() const { return visible_; }
  int gpu_of(CUdevice device) const;

  /// The context that is current on this thread. Throws if there is none or its GPU is lost.
  Context& current();
  static thread_local Context* current_context;

  Stream& stream(CUstream handle);
  Function& function(CUfunction handle) const;

  /// Advance the machine until `done`, or to a time. Where it depends on other processes, or hangs,
  /// they wait in real time, and let other threads call meanwhile. False if `done` cannot come
  /// about.
  bool advance_until(const std::function<bool()>& done);
  void advance_to(Nanoseconds time);

  /// Wait until everything in a queue, or in all of a context, is done, or a moment is reached;
  /// they throw what went wrong on the way.
  void drain(Stream& stream);
  void drain(Context& context);
  void wait_for(const Context& context, const Moment& moment);
  /// Whether something is done by now. A thread that asks for the same thing again, and between
  /// only whether others are done, does nothing but wait: time then jumps to what happens next.
  bool poll(const void* asked, const std::function<bool()>& done);
  /// Called before each function of the driver.
  static void begin_call() { asked_before_ = std::exchange(asked_now_, {}); }
  /// This call is none that matters to poll().
  static void overlook_call() { asked_now_ = std::move(asked_before_); }

  /// The memory of a GPU that holds this range; throws "invalid value" if there is none.
  Block& device_block(CUdeviceptr address, std::size_t bytes);

  /// As its monitor would read it now.
  GpuState state(int gpu);
  /// Something on it never ends.
  bool hangs(int gpu) const { return hung_.contains(gpu); }

  void record(Stream& stream, Event& event);
  void wait_event(Stream& stream, const Event& event);
  void copy(Stream& stream, void* to, const void* from, std::size_t bytes);
  /// Page-locks memory of the program.
  void register_memory(void* data, std::size_t bytes);
  void fill(Stream& stream, CUdeviceptr to, unsigned char value, std::size_t bytes);
  /// The parameters' values are taken now, as the real driver does.
  void launch(Stream& stream, Function& function, Extent grid, Extent block, void** parameters);
  void queue_work(Stream& stream, const QueuedWork& work);
  /// What a GPU writes there vanishes.
  bool vanishes(int gpu, const Block& target) const;

 private:
  /// What moves, and through what.
  struct Flow {
    double bytes = 0;
    Loads loads;  ///< in bytes; enqueue() makes shares of them
    double core_watts = 0;
  };
  Flow flow_of(const Context& context, const Traffic& traffic) const;

  /// `operation` brings what else must be so.
  void enqueue(Stream& stream, Nanoseconds latency, Flow flow, std::function<void()> act,
               Operation operation = {});
  void enqueue_point(Stream& stream, std::shared_ptr<const Moment> waits_for,
                     std::shared_ptr<Moment> reaches);
  [[noreturn]] void never_came(const char* what) const;

  /// What the links of a GPU leave of its rate, those that died since the machine began left out.
  void set_nvlink_rates(std::size_t gpu, const GpuLinks& links);
  void let_links_die();

  // Paths between GPUs and to the host: transfer.cpp.
  void add_paths();
  void add_path(Flow& flow, int gpu, const Block& block, double bytes, bool write) const;
  /// Without peer access a copy goes through the host.
  void add_detour(Flow& flow, const Block& from, const Block& to, double bytes) const;
  double load_latency(int gpu, const void* address) const;
  /// One way between the GPU and NVSwitch, and all ways between that and the others.
  void add_multicast_path(Flow& flow, int gpu, const Access& access) const;
  /// Faults have their way with what has come from one end to a block.
  void arrive(PathEnd from, Block& target, void* to, std::size_t bytes);
  /// With all that a kernel wrote, what it had read there included.
  void arrive(const Context& context, const std::vector<Access>& accesses);
  void copy_data(void* to, const void* from, std::size_t bytes, int gpu);
  /// Makes an operation never end.
  void hang(Operation& operation, int gpu);
  /// What becomes of the next launch of a kernel: it may never end, or end with this status.
  std::optional<CUresult> fate(int gpu, const std::string& kernel, Operation& operation);
  std::string forbidden(const Context& context, const Access& access) const;
  /// Throws what loses a GPU if a kernel may not access something.
  void check(const Context& context, const std::string& kernel,
             const std::vector<Access>& accesses) const;
  /// Does what a launch does, unless the same one left everything as it is now.
  void once(const std::string& key, const std::vector<Access>& accesses, bool repeatable,
            const std::function<void()>& act);
  /// Runs a launch's threads on the host; throws CallFailed for what loses a GPU.
  void execute(const Context& context, const HostKernel& kernel, Extent grid, Extent block,
               const std::vector<std::vector<std::byte>>& values);

  std::vector<int> visible_;
  std::vector<Resources> resources_;
  struct Uplink {
    std::size_t to_host, from_host;
  };
  std::vector<std::optional<Uplink>> uplinks_;  ///< per GPU
  std::map<std::pair<PathEnd, PathEnd>, std::size_t>
      slow_;                                      ///< paths that are a limit of their own
  std::vector<std::size_t> copy_engines_;         ///< per GPU
  std::vector<std::uint64_t> launches_, copies_;  ///< per GPU, for its failure
  std::vector<unsigned> spinning_;  ///< per GPU: queued kernels that wait for a word of the host
  std::set<int> hung_;              ///< GPUs
  bool links_die_ = false;          ///< some link of the machine will
  std::vector<Work> earlier_;       ///< per GPU, where links die: what other processes had it do
  /// What a thread has asked for since it did anything else, or since time jumped.
  using Asked = std::set<const void*>;
  static thread_local Asked asked_before_, asked_now_;
  struct Copied {
    std::uint64_t from_version, to_version;
  };
  /// Copies between GPUs after which nobody else wrote to either side.
  std::map<std::tuple<const void*, const void*, std::size_t>, Copied> copied_;
  std::vector<std::uint64_t> operations_;  ///< per GPU, for the noise
  /// Launches that left blocks as they are now: repeating one changes nothing as long as no one
  /// else writes there. The key is the kernel, its grid and its parameters; the value the blocks
  /// and their versions.
  std::unordered_map<std::string, std::vector<std::pair<const Block*, std::uint64_t>>> settled_;
};

/// The driver of this process: the machine described in machine.toml beside the library that the
/// program opened. The first call reads it.
CudaDriver& the_driver();
std::mutex& driver_mutex();

inline void* pointer(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

/// Prints why a call failed, where a program's author should know.
void explain(const char* call, const CallFailed& failure);

/// Runs the body of an exported function: one at a time, after cuInit, with what it throws turned
/// into its status.
template <class Body>
CUresult guarded(const char* call, Body&& body) {
  const std::lock_guard lock(driver_mutex());
  try {
    CudaDriver& driver = the_driver();
    if (!driver.started) throw CallFailed(CUDA_ERROR_NOT_INITIALIZED, "cuInit comes first");
    HostTime::begin_at(driver.simulation.now());
    CudaDriver::begin_call();
    body(driver);
    return CUDA_SUCCESS;
  } catch (const CallFailed& failure) {
    explain(call, failure);
    return failure.status;
  } catch (const std::exception& error) {
    explain(call, CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
    return CUDA_ERROR_UNKNOWN;
  }
}

/// For functions that a library exports.
#define VIRTUAL_NODE_EXPORT extern "C" __attribute__((visibility("default")))

}  // namespace plumbline::virtual_node
