#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "probes/vendor/cuda.h"

/// One owning type per resource of the driver. Each gives its resource back when it ends and says
/// nothing about a failure then: after an error that the GPU does not get over, giving back fails
/// too, and the error itself has been said. What belongs to a GPU that hangs is not given back at
/// all: the driver would wait for the GPU.
namespace plumbline::cuda {

/// Queued work did not end within the driver's limit, now or before: nothing can be done with the
/// GPU any more.
class Hung : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The primary context of a GPU, held. Everything below belongs to one and must end before it.
class Context {
 public:
  /// `name` is for messages.
  Context(const Driver& driver, DeviceNumber device, std::string name = "the GPU");
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  /// The functions, with this context made current on this thread. Throws Hung after give_up().
  const Functions& call() const;
  const Driver& driver() const { return driver_; }
  DeviceNumber device() const { return device_; }
  ContextHandle handle() const { return handle_; }

  /// From now on every use of this context throws Hung with the reason.
  void give_up(std::string reason) const { given_up_ = std::move(reason); }
  bool is_given_up() const { return !given_up_.empty(); }
  /// What was queued is not done, and should be since then: gives the context up and throws Hung
  /// once that is longer ago than the driver's limit.
  void end_hang(std::chrono::steady_clock::time_point since) const;
  const std::string& name() const { return name_; }

 private:
  const Driver& driver_;
  DeviceNumber device_;
  std::string name_;
  ContextHandle handle_ = nullptr;
  mutable std::string given_up_;
};

/// Lets a GPU reach the memory of another one, as long as this is there.
class PeerAccess {
 public:
  PeerAccess(const Context& from, const Context& to);
  PeerAccess(const PeerAccess&) = delete;
  PeerAccess& operator=(const PeerAccess&) = delete;
  ~PeerAccess();

 private:
  const Context& from_;
  const Context& to_;
  bool ours_ = false;
};

/// Memory of a GPU, not initialised.
class DeviceMemory {
 public:
  DeviceMemory(const Context& context, std::size_t bytes);
  DeviceMemory(DeviceMemory&& other) noexcept;
  DeviceMemory& operator=(DeviceMemory&& other) noexcept;
  ~DeviceMemory();

  DeviceAddress address() const { return address_; }
  std::size_t bytes() const { return bytes_; }

 private:
  const Context* context_;
  DeviceAddress address_ = 0;
  std::size_t bytes_;
};

/// Page-locked memory of the host, which every GPU can copy from and to without a detour.
class PinnedMemory {
 public:
  PinnedMemory(const Context& context, std::size_t bytes);
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;
  ~PinnedMemory();

  void* data() const { return data_; }
  /// As the GPU sees it.
  DeviceAddress address() const;
  std::size_t bytes() const { return bytes_; }
  template <class T>
  std::span<T> as() const {
    return {static_cast<T*>(data_), bytes_ / sizeof(T)};
  }

 private:
  const Context& context_;
  void* data_ = nullptr;
  std::size_t bytes_;
};

/// Memory of the program, whole pages, page-locked as long as this is there: every GPU can copy
/// from and to it, and reach it.
class RegisteredMemory {
 public:
  RegisteredMemory(const Context& context, std::span<std::byte> memory);
  RegisteredMemory(const RegisteredMemory&) = delete;
  RegisteredMemory& operator=(const RegisteredMemory&) = delete;
  ~RegisteredMemory();

  std::span<std::byte> memory() const { return memory_; }
  /// As the GPU of a context sees it.
  DeviceAddress address(const Context& context) const;

 private:
  const Context& context_;
  std::span<std::byte> memory_;
};

class Event;

/// A queue of work of a GPU. It does not wait for the default stream.
class Stream {
 public:
  explicit Stream(const Context& context);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  StreamHandle handle() const { return handle_; }
  /// Whether all that was queued is done; throws what went wrong in it.
  bool done() const;
  /// What is queued from now on waits until the event, as it was last recorded, is reached. It may
  /// be of another GPU.
  void wait(const Event& event) const;
  /// Returns when all that was queued is done; throws what went wrong in it. Throws Hung, and gives
  /// the context up, if that takes longer than the driver's limit.
  void synchronize() const;

 private:
  const Context& context_;
  StreamHandle handle_ = nullptr;
};

/// A point in a stream, with its time.
class Event {
 public:
  explicit Event(const Context& context);
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();

  EventHandle handle() const { return handle_; }
  void record(const Stream& stream) const;
  /// Whether it is reached.
  bool done() const;
  /// As that of a stream.
  void synchronize() const;
  /// Both recorded and done. The driver's resolution is about half a microsecond.
  double seconds_since(const Event& start) const;

 private:
  const Context& context_;
  EventHandle handle_ = nullptr;
};

/// How many threads run a kernel: blocks x threads_per_block.
struct Grid {
  unsigned blocks = 1;
  unsigned threads_per_block = 1;
};

/// A kernel of a module.
class Kernel {
 public:
  Kernel(const Context& context, FunctionHandle handle) : context_(&context), handle_(handle) {}

  /// Queues the kernel with these arguments; they are copied before the call returns. Their types
  /// must be those of the kernel's parameters: the driver cannot check them.
  template <class... Args>
  void launch(const Stream& stream, Grid grid, Args... args) const {
    void* parameters[] = {&args..., nullptr};
    launch_with(stream, grid, parameters);
  }

 private:
  void launch_with(const Stream& stream, Grid grid, void** parameters) const;

  const Context* context_;
  FunctionHandle handle_;
};

/// Device code loaded into a context: a fatbin, or PTX that the driver compiles.
class Module {
 public:
  /// PTX behind a fatbin, ended by a zero byte, is loaded where the driver takes nothing of that:
  /// it takes binaries of its own CUDA's compilers and older ones only. A failure carries what the
  /// driver's compiler said.
  Module(const Context& context, std::span<const std::byte> image);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module();

  Kernel kernel(const char* name) const;

 private:
  void load(const std::byte* image);

  const Context& context_;
  ModuleHandle handle_ = nullptr;
};

}  // namespace plumbline::cuda
