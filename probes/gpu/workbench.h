#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "probes/gpu/gpus.h"
#include "probes/vendor/cuda_owners.h"

namespace plumbline {

/// A GPU made ready to work: its context, a stream, two events, and a probe's device code loaded.
struct Workbench {
  /// Throws VendorError; Skip if the probe was built without device code.
  Workbench(std::shared_ptr<const cuda::Driver> driver, CudaGpu gpu,
            std::span<const std::byte> device_code);

  CudaGpu gpu;
  std::shared_ptr<const cuda::Driver> driver;
  cuda::Context context;
  cuda::Module code;
  cuda::Stream stream;
  cuda::Event start;
  cuda::Event stop;

  /// Enough threads to fill the GPU, in blocks of 256.
  cuda::Grid grid() const;

  /// Seconds from the first of what `queue` puts into the stream to the end of the last, by the
  /// GPU's own events. Returns when it is done.
  double timed(const std::function<void()>& queue) const;
};

/// A workbench that is made when the first case asks for it and shared by the cases of its GPU:
/// making one costs a fraction of a second.
class SharedWorkbench {
 public:
  SharedWorkbench(std::shared_ptr<const cuda::Driver> driver, CudaGpu gpu,
                  std::span<const std::byte> device_code)
      : driver_(std::move(driver)), gpu_(std::move(gpu)), device_code_(device_code) {}

  std::shared_ptr<const Workbench> get();

 private:
  std::shared_ptr<const cuda::Driver> driver_;
  CudaGpu gpu_;
  std::span<const std::byte> device_code_;
  std::shared_ptr<const Workbench> made_;
};

/// Threads in a block of every kernel, as kernel.h says for the device.
inline constexpr unsigned block_threads = 256;

/// Bytes of a uint4, in which kernels move memory.
inline constexpr std::size_t element_bytes = 16;

}  // namespace plumbline
