#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "probes/vendor/cuda.h"

/// One owning type per resource of the driver. Each gives its resource back when it ends and says
/// nothing about a failure then: after an error that the GPU does not get over, giving back fails
/// too, and the error itself has been said.
namespace plumbline::cuda {

/// The primary context of a GPU, held. Everything below belongs to one and must end before it.
class Context {
 public:
  Context(const Driver& driver, DeviceNumber device);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  /// The functions, with this context made current on this thread.
  const Functions& call() const;

 private:
  const Driver& driver_;
  DeviceNumber device_;
  ContextHandle handle_ = nullptr;
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

/// A queue of work of a GPU. It does not wait for the default stream.
class Stream {
 public:
  explicit Stream(const Context& context);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  StreamHandle handle() const { return handle_; }
  /// Returns when all that was queued is done; throws what went wrong in it.
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

  void record(const Stream& stream) const;
  /// True when everything before its recording is done; throws what went wrong in it.
  bool done() const;
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
  /// A failure carries what the driver's compiler said.
  Module(const Context& context, std::span<const std::byte> image);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module();

  Kernel kernel(const char* name) const;

 private:
  const Context& context_;
  ModuleHandle handle_ = nullptr;
};

}  // namespace plumbline::cuda
