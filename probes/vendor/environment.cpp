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
      "CUDA_CACHE_DISABLE",   "CUDA_DEVICE_MAX_CONNECTIONS", "CUDA_DEVICE_ORDER",
      "CUDA_DISABLE_PTX_JIT", "CUDA_FORCE_PTX_JIT",          "CUDA_LAUNCH_BLOCKING",
      "CUDA_MODULE_LOADING",  "CUDA_VISIBLE_DEVICES",        "NVIDIA_TF32_OVERRIDE",
  };
  return names;
}

}  // namespace plumbline
