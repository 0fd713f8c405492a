#include "probes/gpu/workbench.h"

#include <utility>

#include "probes/harness/skip.h"

namespace plumbline {
namespace {

std::span<const std::byte> present(std::span<const std::byte> device_code) {
  if (device_code.empty()) {
    throw Skip(
        "this plumbline was built without device code: build it where nvcc of CUDA 12.9 or later "
        "is found");
  }
  return device_code;
}

}  // namespace

Workbench::Workbench(std::shared_ptr<const cuda::Driver> the_driver, CudaGpu the_gpu,
                     std::span<const std::byte> device_code)
    : gpu(std::move(the_gpu)),
      driver(std::move(the_driver)),
      context(*driver, gpu.device.number, gpu.subject),
      code(context, present(device_code)),
      stream(context),
      start(context),
      stop(context) {}

cuda::Grid Workbench::grid() const {
  const unsigned per_multiprocessor = gpu.device.threads_per_multiprocessor / block_threads;
  return {gpu.device.multiprocessors * per_multiprocessor, block_threads};
}

double Workbench::timed(const std::function<void()>& queue) const {
  start.record(stream);
  queue();
  stop.record(stream);
  stop.synchronize();
  return stop.seconds_since(start);
}

std::shared_ptr<const Workbench> SharedWorkbench::get() {
  if (!made_) made_ = std::make_shared<const Workbench>(driver_, gpu_, device_code_);
  return made_;
}

}  // namespace plumbline
