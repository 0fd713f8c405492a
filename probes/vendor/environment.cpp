#include "probes/vendor/environment.h"

#include <cstdlib>

namespace plumbline {

std::vector<Scrubbed> scrub_environment(std::span<const char* const> names) {
  std::vector<Scrubbed> scrubbed;
  for (const char* name : names) {
    if (const char* value = std::getenv(name)) {
      scrubbed.push_back({name, value});
      ::unsetenv(name);
    }
  }
  return scrubbed;
}

std::span<const char* const> cuda_environment() {
  static constexpr const char* names[] = {
      "CUDA_AUTO_BOOST",
      "CUDA_CACHE_DISABLE",
      "CUDA_DEVICE_DEFAULT_PERSISTING_L2_CACHE_PERCENTAGE_LIMIT",
      "CUDA_DEVICE_MAX_CONNECTIONS",
      "CUDA_DEVICE_MAX_COPY_CONNECTIONS",
      "CUDA_DEVICE_ORDER",
      "CUDA_DEVICE_WAITS_ON_EXCEPTION",
      "CUDA_DISABLE_JIT",
      "CUDA_DISABLE_PERF_BOOST",
      "CUDA_DISABLE_PTX_JIT",
      "CUDA_FORCE_JIT",
      "CUDA_FORCE_PTX_JIT",
      "CUDA_INJECTION64_PATH",
      "CUDA_LAUNCH_BLOCKING",
      "CUDA_MODULE_LOADING",
      "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE",
      "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT",
      "CUDA_SCALE_LAUNCH_QUEUES",
      "CUDA_VISIBLE_DEVICES",
      "NVIDIA_TF32_OVERRIDE",
  };
  return names;
}

}  // namespace plumbline
