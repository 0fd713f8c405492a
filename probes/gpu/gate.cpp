#include "probes/gpu/gate.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace plumbline {
namespace {

void refuse_blocking_launches() {
  const char* value = std::getenv("CUDA_LAUNCH_BLOCKING");
  if (value == nullptr || std::string_view(value) == "0") return;
  throw std::runtime_error(
      fmt::format("CUDA_LAUNCH_BLOCKING is \"{}\": a launch would wait for its end, and what is "
                  "timed cannot be queued before it starts; unset it",
                  value));
}

}  // namespace

Gate::Gate(const Workbench& bench)
    : bench_(bench),
      words_(bench.context, 2 * sizeof(unsigned)),
      address_(words_.address()),
      hold_(bench.code.kernel("hold")) {
  refuse_blocking_launches();
  // Through an open gate once: its code is loaded then.
  close(bench_.stream);
  open();
  bench_.stream.synchronize();
}

void Gate::close(const cuda::Stream& stream) {
  std::atomic_ref(latch()).store(0, std::memory_order_relaxed);
  std::atomic_ref(expired()).store(0, std::memory_order_release);
  constexpr auto limit_ns = static_cast<unsigned long long>(limit_s * 1e9);
  hold_.launch(stream, cuda::Grid{1, 1}, address_, address_ + sizeof(unsigned), limit_ns);
}

void Gate::open() { std::atomic_ref(latch()).store(1, std::memory_order_release); }

void Gate::check() const {
  if (std::atomic_ref(expired()).load(std::memory_order_acquire) == 0) return;
  throw std::runtime_error(fmt::format(
      "{}: the gate was not opened within {:g} s, so what was timed did not start together",
      bench_.gpu.subject, limit_s));
}

}  // namespace plumbline
