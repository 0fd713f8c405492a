#include "probes/efa/gpu_memory.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "probes/vendor/cuda_owners.h"
#include "probes/vendor/fabric_version.h"

namespace plumbline::efa {
namespace {

/// cuMemAlloc gives what is so large at such an address too.
constexpr std::size_t gpu_page = std::size_t{2} << 20;
constexpr std::size_t staged_at_once = std::size_t{16} << 20;

std::size_t whole_pages(std::size_t bytes) {
  return std::max<std::size_t>(1, (bytes + gpu_page - 1) / gpu_page) * gpu_page;
}

/// The driver with one of its GPUs.
struct Gpu {
  Gpu(const std::string& libcuda, const std::string& pci_address)
      : driver(cuda::open_library(libcuda)), context(driver, number_at(pci_address), pci_address) {}

  cuda::DeviceNumber number_at(const std::string& pci_address) const {
    for (const cuda::Device& device : driver.devices()) {
      if (device.pci_address == pci_address) return device.number;
    }
    throw std::runtime_error("the CUDA driver has no GPU at " + pci_address);
  }

  cuda::Driver driver;
  cuda::Context context;
};

/// A descriptor, closed at the end; -1: there is none.
class Dmabuf {
 public:
  Dmabuf(const Gpu& gpu, cuda::DeviceAddress address, std::size_t bytes) {
    if (fabric::api_version() < fabric::least_api_with_dmabuf) return;
    try {
      gpu.context.call().memory_range_handle(&descriptor_, address, bytes,
                                             cuda::RangeHandleType::dmabuf_descriptor, 0ULL);
    } catch (const std::runtime_error&) {
      descriptor_ = -1;  // an older driver, or a kernel without it
    }
  }
  Dmabuf(const Dmabuf&) = delete;
  Dmabuf& operator=(const Dmabuf&) = delete;
  ~Dmabuf() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

class GpuMemory final : public EndMemory {
 public:
  GpuMemory(const Gpu& gpu, std::size_t bytes)
      : gpu_(gpu),
        memory_(gpu.context, whole_pages(bytes)),
        staging_(gpu.context, std::min(whole_pages(bytes), staged_at_once)),
        stream_(gpu.context) {
    bytes_ = {reinterpret_cast<std::byte*>(memory_.address()), memory_.bytes()};
  }

  void fill(std::span<std::byte> part, std::uint64_t seed) override {
    in_pieces(part, [&](cuda::DeviceAddress at, std::span<std::byte> staged, std::size_t offset) {
      fill_pattern(staged, seed, offset);
      gpu_.context.call().copy_to_device(at, staged.data(), staged.size(), stream_.handle());
      stream_.synchronize();
    });
  }

  void wipe(std::span<std::byte> part) override {
    if (part.empty()) return;
    gpu_.context.call().fill_bytes(address_of(part), static_cast<unsigned char>(0), part.size(),
                                   stream_.handle());
    stream_.synchronize();
  }

  WrongBytes wrong_bytes(std::span<const std::byte> part, std::uint64_t seed) override {
    // That they have arrived was told to the host, which does not show them to the GPU everywhere.
    const auto& call = gpu_.context.call();
    if (call.flush_remote_writes) {
      call.flush_remote_writes(cuda::RemoteWritesTarget::current_context,
                               cuda::RemoteWritesScope::owner);
    }
    WrongBytes wrong;
    in_pieces(part, [&](cuda::DeviceAddress at, std::span<std::byte> staged, std::size_t offset) {
      gpu_.context.call().copy_to_host(staged.data(), at, staged.size(), stream_.handle());
      stream_.synchronize();
      wrong.add(efa::wrong_bytes(staged, seed, offset));
    });
    return wrong;
  }

  fabric::MemoryRegion registered(const fabric::Domain& domain, std::uint64_t key) override {
    const Dmabuf dmabuf(gpu_, memory_.address(), memory_.bytes());
    fabric::GpuRange range{gpu_.context.device(), dmabuf.descriptor()};
    if (range.dmabuf_descriptor >= 0) {
      try {
        return {domain, bytes_, key, range};
      } catch (const VendorError&) {
        // A provider without it; whether it has another way shows now.
        range.dmabuf_descriptor = -1;
      }
    }
    return {domain, bytes_, key, range};
  }

 private:
  static cuda::DeviceAddress address_of(std::span<const std::byte> part) {
    return reinterpret_cast<cuda::DeviceAddress>(part.data());
  }

  /// Calls `one` for each piece of a part with page-locked memory of its size and its offset.
  template <class One>
  void in_pieces(std::span<const std::byte> part, const One& one) {
    const std::span<std::byte> staging = staging_.as<std::byte>();
    for (std::size_t at = 0; at < part.size(); at += staging.size()) {
      const std::size_t size = std::min(staging.size(), part.size() - at);
      one(address_of(part) + at, staging.first(size), at);
    }
  }

  const Gpu& gpu_;
  cuda::DeviceMemory memory_;
  cuda::PinnedMemory staging_;
  cuda::Stream stream_;
};

class GpuSource final : public MemorySource {
 public:
  GpuSource(const std::string& libcuda, const std::string& pci_address)
      : gpu_(libcuda, pci_address) {}
  std::unique_ptr<EndMemory> get(std::size_t bytes) override {
    return std::make_unique<GpuMemory>(gpu_, bytes);
  }

 private:
  Gpu gpu_;
};

}  // namespace

std::unique_ptr<MemorySource> gpu_memory(const std::string& libcuda,
                                         const std::string& pci_address) {
  return std::make_unique<GpuSource>(libcuda, pci_address);
}

}  // namespace plumbline::efa
