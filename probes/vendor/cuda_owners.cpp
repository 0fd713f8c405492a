#include "probes/vendor/cuda_owners.h"

#include <array>
#include <utility>

namespace plumbline::cuda {
namespace {

/// Gives something back: nothing that goes wrong on the way leaves a destructor.
template <class GiveBack>
void quietly(GiveBack&& give_back) noexcept {
  try {
    give_back();
  } catch (...) {
  }
}

}  // namespace

Context::Context(const Driver& driver, DeviceNumber device) : driver_(driver), device_(device) {
  driver_.call().primary_context_retain(&handle_, device_);
}

Context::~Context() {
  quietly([&] {
    driver_.call().set_context.status(nullptr);
    driver_.call().primary_context_release.status(device_);
  });
}

const Functions& Context::call() const {
  driver_.call().set_context(handle_);
  return driver_.call();
}

DeviceMemory::DeviceMemory(const Context& context, std::size_t bytes)
    : context_(&context), bytes_(bytes) {
  context_->call().memory_allocate(&address_, bytes_);
}

DeviceMemory::DeviceMemory(DeviceMemory&& other) noexcept
    : context_(other.context_),
      address_(std::exchange(other.address_, 0)),
      bytes_(std::exchange(other.bytes_, 0)) {}

DeviceMemory& DeviceMemory::operator=(DeviceMemory&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(address_, other.address_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

DeviceMemory::~DeviceMemory() {
  if (address_ != 0) quietly([&] { context_->call().memory_free.status(address_); });
}

PinnedMemory::PinnedMemory(const Context& context, std::size_t bytes)
    : context_(context), bytes_(bytes) {
  context_.call().host_allocate(&data_, bytes_, host_alloc_portable);
}

PinnedMemory::~PinnedMemory() {
  quietly([&] { context_.call().host_free.status(data_); });
}

Stream::Stream(const Context& context) : context_(context) {
  context_.call().stream_create(&handle_, stream_non_blocking);
}

Stream::~Stream() {
  quietly([&] { context_.call().stream_destroy.status(handle_); });
}

void Stream::synchronize() const { context_.call().stream_synchronize(handle_); }

Event::Event(const Context& context) : context_(context) {
  context_.call().event_create(&handle_, event_default);
}

Event::~Event() {
  quietly([&] { context_.call().event_destroy.status(handle_); });
}

void Event::record(const Stream& stream) const {
  context_.call().event_record(handle_, stream.handle());
}

bool Event::done() const {
  const auto& query = context_.call().event_query;
  const Status status = query.status(handle_);
  if (status != Status::success && status != Status::not_ready) throw query.error(status);
  return status == Status::success;
}

void Event::synchronize() const { context_.call().event_synchronize(handle_); }

double Event::seconds_since(const Event& start) const {
  float milliseconds = 0;
  context_.call().event_elapsed_ms(&milliseconds, start.handle_, handle_);
  return static_cast<double>(milliseconds) * 1e-3;
}

Module::Module(const Context& context, std::span<const std::byte> image) : context_(context) {
  std::array<char, 4096> log{};
  JitOption options[] = {JitOption::error_log_buffer, JitOption::error_log_buffer_bytes};
  void* values[] = {log.data(), reinterpret_cast<void*>(log.size())};
  const Functions& call = context_.call();
  const Status status = call.module_load.status(&handle_, image.data(), 2, options, values);
  if (status == Status::success) return;
  const VendorError error = call.module_load.error(status);
  if (log[0] == '\0') throw error;
  throw VendorError(error.call(), error.code(), error.name(), log.data());
}

Module::~Module() {
  quietly([&] { context_.call().module_unload.status(handle_); });
}

Kernel Module::kernel(const char* name) const {
  FunctionHandle function = nullptr;
  context_.call().module_function(&function, handle_, name);
  return Kernel(context_, function);
}

void Kernel::launch_with(const Stream& stream, Grid grid, void** parameters) const {
  context_->call().launch(handle_, grid.blocks, 1, 1, grid.threads_per_block, 1, 1,
                          /*shared bytes=*/0, stream.handle(), parameters, nullptr);
}

}  // namespace plumbline::cuda
