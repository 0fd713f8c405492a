#include "probes/gpu_memory/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>

namespace plumbline::gpu_memory {
namespace {

constexpr std::size_t line_bytes = 128;
constexpr unsigned words_per_line = line_bytes / sizeof(unsigned);

/// The ring in a GPU's memory, and where the walk on it is.
class Walk {
 public:
  Walk(std::shared_ptr<const Workbench> bench, std::uint64_t bytes)
      : bench_(std::move(bench)),
        ring_(random_ring(bytes / line_bytes)),
        chain_(bench_->context, bytes),
        state_(bench_->context, 16),
        seen_(bench_->context, state_.bytes()) {
    lay();
    // What laying the ring left in the last cache would be loaded from there.
    const cuda::DeviceMemory scratch(bench_->context, 2 * bench_->gpu.device.l2_bytes + 1);
    zero(scratch);
    zero(state_);
    bench_->stream.synchronize();
  }

  double seconds() {
    bench_->code.kernel("chase").launch(bench_->stream, cuda::Grid{1, 1}, chain_.address(),
                                        position(), chain_hops, duration(), words());
    bench_->context.call().copy_to_host(seen_.data(), state_.address(), state_.bytes(),
                                        bench_->stream.handle());
    bench_->stream.synchronize();
    walked_ += chain_hops;
    return static_cast<double>(seen_.as<unsigned long long>()[1]) * 1e-9;
  }

  /// The walk is where the same number of steps on the host leads.
  void verify() const {
    unsigned at = 0;
    for (std::uint64_t step = 0; step < walked_; ++step) at = ring_[at];
    const unsigned found = seen_.as<unsigned>()[0] / words_per_line;
    if (found != at) {
      throw std::runtime_error(fmt::format("{}: {} loads ended at link {}, expected {}",
                                           bench_->gpu.subject, walked_, found, at));
    }
  }

 private:
  cuda::DeviceAddress position() const { return state_.address(); }
  cuda::DeviceAddress duration() const { return state_.address() + sizeof(unsigned long long); }
  std::size_t words() const { return ring_.size() * words_per_line; }

  void zero(const cuda::DeviceMemory& memory) const {
    bench_->context.call().fill_bytes(memory.address(), 0, memory.bytes(), bench_->stream.handle());
  }

  void lay() const {
    const cuda::PinnedMemory links(bench_->context, ring_.size() * sizeof(unsigned));
    std::copy(ring_.begin(), ring_.end(), links.as<unsigned>().begin());
    const cuda::DeviceMemory next(bench_->context, links.bytes());
    bench_->context.call().copy_to_device(next.address(), links.data(), links.bytes(),
                                          bench_->stream.handle());
    bench_->code.kernel("lay_chain")
        .launch(bench_->stream, bench_->grid(), chain_.address(), next.address(), words_per_line,
                ring_.size());
    bench_->stream.synchronize();
  }

  std::shared_ptr<const Workbench> bench_;
  std::vector<unsigned> ring_;
  cuda::DeviceMemory chain_;
  cuda::DeviceMemory state_;  ///< the position, then the duration of the last walk
  cuda::PinnedMemory seen_;
  std::uint64_t walked_ = 0;
};

}  // namespace

std::vector<unsigned> random_ring(std::size_t links) {
  std::vector<unsigned> next(links);
  std::iota(next.begin(), next.end(), 0U);
  std::mt19937_64 random(links);
  for (std::size_t last = links; last > 1; --last) {
    // Not std::uniform_int_distribution, whose result differs between libraries.
    std::swap(next[last - 1], next[random() % (last - 1)]);
  }
  return next;
}

std::uint64_t default_chain_bytes(std::uint64_t l2_bytes) {
  constexpr std::uint64_t least = std::uint64_t{256} << 20;
  return std::max(least, 4 * l2_bytes / line_bytes * line_bytes);
}

Prepared prepare_latency(std::shared_ptr<const Workbench> bench, std::uint64_t chain_bytes) {
  auto walk = std::make_shared<Walk>(std::move(bench), chain_bytes);
  Prepared prepared;
  prepared.once = [walk] { return walk->seconds(); };
  prepared.verify = [walk] { walk->verify(); };
  prepared.note = "timed by the GPU's nanosecond clock";
  return prepared;
}

}  // namespace plumbline::gpu_memory
