#include "probes/vendor/cuda_owners.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#include "probes/vendor/spin_pause.h"

namespace plumbline::cuda {
namespace {

/// Gives something back: nothing that goes wrong on the way leaves a destructor, and a GPU that
/// hangs is left alone.
template <class GiveBack>
void quietly(const Context& context, GiveBack&& give_back) noexcept {
  if (context.is_given_up()) return;
  try {
    give_back();
  } catch (...) {
  }
}

/// Whether what `handle` stands for is done.
template <class Ask>
bool is_done(const BoundFunction<Ask>& query, auto handle) {
  const Status status = query.status(handle);
  if (status != Status::success && status != Status::not_ready) throw query.error(status);
  return status == Status::success;
}

/// Asks until `status` is something else than "not ready". The driver's own functions that wait
/// never return from a GPU that hangs.
template <class Ask>
void wait_for(const Context& context, const BoundFunction<Ask>& query, auto handle) {
  const auto begin = std::chrono::steady_clock::now();
  for (SpinPause pause; !is_done(query, handle); pause()) {
    context.end_hang(begin);
  }
}

/// What a fatbin begins with (struct fatBinaryHeader of the toolkit's fatbinary.h).
struct FatbinHeader {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t header_bytes;
  std::uint64_t bytes;  ///< that follow
};
constexpr std::uint32_t fatbin_magic = 0xBA55ED50;

/// Where an image of ours has its PTX; empty if there is none.
std::span<const std::byte> behind_fatbin(std::span<const std::byte> image) {
  FatbinHeader header{};
  if (image.size() < sizeof header) return {};
  std::memcpy(&header, image.data(), sizeof header);
  const std::uint64_t bytes = header.header_bytes + header.bytes;
  if (header.magic != fatbin_magic || bytes >= image.size()) return {};
  return image.subspan(bytes);
}

/// The driver takes none of the binaries: they are of a newer compiler, or of other GPUs.
bool is_refusal(Status status) {
  return status == Status::invalid_image || status == Status::no_binary_for_gpu ||
         status == Status::unsupported_ptx_version;
}

}  // namespace

Context::Context(const Driver& driver, DeviceNumber device, std::string name)
    : driver_(driver), device_(device), name_(std::move(name)) {
  driver_.call().primary_context_retain(&handle_, device_);
}

Context::~Context() {
  quietly(*this, [&] {
    driver_.call().set_context.status(nullptr);
    driver_.call().primary_context_release.status(device_);
  });
}

void Context::end_hang(std::chrono::steady_clock::time_point since) const {
  const std::chrono::duration<double> limit(driver_.wait_limit_s());
  if (std::chrono::steady_clock::now() - since <= limit) return;
  char limit_text[32];
  std::snprintf(limit_text, sizeof limit_text, "%g s", limit.count());
  const std::string what =
      name_ + ": what was queued did not end within " + limit_text + ": it hangs";
  give_up(what + " and is lost to this process");
  throw Hung(what);
}

const Functions& Context::call() const {
  if (is_given_up()) throw Hung(given_up_);
  driver_.call().set_context(handle_);
  return driver_.call();
}

PeerAccess::PeerAccess(const Context& from, const Context& to) : from_(from), to_(to) {
  const Functions& call = from_.call();
  const Status status = call.enable_peer_access.status(to_.handle(), /*flags=*/0);
  if (status == Status::peer_access_already_enabled) return;
  if (status != Status::success) throw call.enable_peer_access.error(status);
  ours_ = true;
}

PeerAccess::~PeerAccess() {
  if (!ours_ || to_.is_given_up()) return;
  quietly(from_, [&] { from_.call().disable_peer_access.status(to_.handle()); });
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
  if (address_ != 0) quietly(*context_, [&] { context_->call().memory_free.status(address_); });
}

PinnedMemory::PinnedMemory(const Context& context, std::size_t bytes)
    : context_(context), bytes_(bytes) {
  context_.call().host_allocate(&data_, bytes_, host_alloc_mapped_everywhere);
}

PinnedMemory::~PinnedMemory() {
  quietly(context_, [&] { context_.call().host_free.status(data_); });
}

DeviceAddress PinnedMemory::address() const {
  DeviceAddress address = 0;
  context_.call().host_device_address(&address, data_, /*flags=*/0);
  return address;
}

RegisteredMemory::RegisteredMemory(const Context& context, std::span<std::byte> memory)
    : context_(context), memory_(memory) {
  context_.call().host_register(memory_.data(), memory_.size(), host_register_mapped_everywhere);
}

RegisteredMemory::~RegisteredMemory() {
  quietly(context_, [&] { context_.call().host_unregister.status(memory_.data()); });
}

DeviceAddress RegisteredMemory::address(const Context& context) const {
  DeviceAddress address = 0;
  context.call().host_device_address(&address, memory_.data(), /*flags=*/0);
  return address;
}

Stream::Stream(const Context& context) : context_(context) {
  context_.call().stream_create(&handle_, stream_non_blocking);
}

Stream::~Stream() {
  quietly(context_, [&] { context_.call().stream_destroy.status(handle_); });
}

void Stream::wait(const Event& event) const {
  context_.call().stream_wait_event(handle_, event.handle(), /*flags=*/0);
}

bool Stream::done() const { return is_done(context_.call().stream_query, handle_); }

void Stream::synchronize() const { wait_for(context_, context_.call().stream_query, handle_); }

Event::Event(const Context& context) : context_(context) {
  context_.call().event_create(&handle_, event_default);
}

Event::~Event() {
  quietly(context_, [&] { context_.call().event_destroy.status(handle_); });
}

void Event::record(const Stream& stream) const {
  context_.call().event_record(handle_, stream.handle());
}

bool Event::done() const { return is_done(context_.call().event_query, handle_); }

void Event::synchronize() const { wait_for(context_, context_.call().event_query, handle_); }

double Event::seconds_since(const Event& start) const {
  float milliseconds = 0;
  context_.call().event_elapsed_ms(&milliseconds, start.handle_, handle_);
  return static_cast<double>(milliseconds) * 1e-3;
}

Module::Module(const Context& context, std::span<const std::byte> image) : context_(context) {
  const std::span<const std::byte> portable = behind_fatbin(image);
  try {
    load(image.data());
  } catch (const VendorError& refused) {
    if (portable.empty() || !is_refusal(static_cast<Status>(refused.code()))) throw;
    load(portable.data());
  }
}

void Module::load(const std::byte* image) {
  std::array<char, 4096> log{};
  JitOption options[] = {JitOption::error_log_buffer, JitOption::error_log_buffer_bytes};
  void* values[] = {log.data(), reinterpret_cast<void*>(log.size())};
  const Functions& call = context_.call();
  const Status status = call.module_load.status(&handle_, image, 2, options, values);
  if (status == Status::success) return;
  const VendorError error = call.module_load.error(status);
  if (log[0] == '\0') throw error;
  const char* remedy = remedy_of(status);
  throw VendorError(error.call(), error.code(), error.name(),
                    log.data() + (remedy == nullptr ? std::string() : std::string("; ") + remedy));
}

Module::~Module() {
  quietly(context_, [&] { context_.call().module_unload.status(handle_); });
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
