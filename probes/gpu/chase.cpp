#include "probes/gpu/chase.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

#include "probes/harness/data_checks.h"

namespace plumbline {
namespace {

constexpr std::size_t line_bytes = 128;
constexpr unsigned words_per_line = line_bytes / sizeof(unsigned);

void zero(const Workbench& bench, const cuda::DeviceMemory& memory) {
  bench.context.call().fill_bytes(memory.address(), 0, memory.bytes(), bench.stream.handle());
}

/// A chain, and where on it the walk is.
class Walk {
 public:
  Walk(std::shared_ptr<const Workbench> bench, std::shared_ptr<const Chain> chain, unsigned hops,
       std::shared_ptr<const void> keeps)
      : bench_(std::move(bench)),
        chain_(std::move(chain)),
        keeps_(std::move(keeps)),
        hops_(hops),
        state_(bench_->context, 16),
        seen_(bench_->context, state_.bytes()) {
    zero(*bench_, state_);
    bench_->stream.synchronize();
  }

  double seconds() {
    bench_->code.kernel("chase").launch(bench_->stream, cuda::Grid{1, 1},
                                        chain_->address(bench_->context), position(), hops_,
                                        duration(), chain_->words());
    bench_->context.call().copy_to_host(seen_.data(), state_.address(), state_.bytes(),
                                        bench_->stream.handle());
    bench_->stream.synchronize();
    walked_ += hops_;
    return static_cast<double>(seen_.as<unsigned long long>()[1]) * 1e-9;
  }

  /// The walk is where the same number of steps on the host leads.
  void verify() const {
    unsigned at = 0;
    for (std::uint64_t step = 0; step < walked_; ++step) at = chain_->ring()[at];
    const unsigned found = seen_.as<unsigned>()[0] / words_per_line;
    if (found != at) {
      throw WrongData(fmt::format("{}: {} loads ended at link {}, expected {}", bench_->gpu.subject,
                                  walked_, found, at),
                      1);
    }
  }

 private:
  cuda::DeviceAddress position() const { return state_.address(); }
  cuda::DeviceAddress duration() const { return state_.address() + sizeof(unsigned long long); }

  std::shared_ptr<const Workbench> bench_;
  std::shared_ptr<const Chain> chain_;
  std::shared_ptr<const void> keeps_;
  unsigned hops_;
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

std::shared_ptr<const std::vector<unsigned>> ring_of(std::uint64_t bytes) {
  return std::make_shared<const std::vector<unsigned>>(random_ring(bytes / line_bytes));
}

Chain::Chain(std::shared_ptr<const Workbench> owner,
             std::shared_ptr<const std::vector<unsigned>> ring)
    : owner_(std::move(owner)), ring_(std::move(ring)) {
  const Workbench& bench = *owner_;
  in_gpu_.emplace(bench.context, ring_->size() * line_bytes);
  const cuda::PinnedMemory links(bench.context, ring_->size() * sizeof(unsigned));
  std::copy(ring_->begin(), ring_->end(), links.as<unsigned>().begin());
  const cuda::DeviceMemory next(bench.context, links.bytes());
  bench.context.call().copy_to_device(next.address(), links.data(), links.bytes(),
                                      bench.stream.handle());
  bench.code.kernel("lay_chain")
      .launch(bench.stream, bench.grid(), in_gpu_->address(), next.address(), words_per_line,
              ring_->size());
  bench.stream.synchronize();
}

Chain::Chain(std::shared_ptr<const Workbench> owner,
             std::shared_ptr<const std::vector<unsigned>> ring, std::optional<unsigned> node)
    : owner_(std::move(owner)), ring_(std::move(ring)) {
  in_host_.emplace(owner_, ring_->size() * line_bytes, node);
  auto* words = reinterpret_cast<unsigned*>(in_host_->memory().data());
  for (std::size_t i = 0; i < ring_->size(); ++i)
    words[i * words_per_line] = (*ring_)[i] * words_per_line;
}

void Chain::leave_cache() const {
  if (!in_gpu_) return;
  const cuda::DeviceMemory scratch(owner_->context, 2 * owner_->gpu.device.l2_bytes + 1);
  zero(*owner_, scratch);
  owner_->stream.synchronize();
}

std::size_t Chain::words() const { return ring_->size() * words_per_line; }

cuda::DeviceAddress Chain::address(const cuda::Context& context) const {
  return in_gpu_ ? in_gpu_->address() : in_host_->address(context);
}

Prepared prepare_walk(std::shared_ptr<const Workbench> walker, std::shared_ptr<const Chain> chain,
                      unsigned hops, std::shared_ptr<const void> keeps) {
  chain->leave_cache();
  auto walk = std::make_shared<Walk>(std::move(walker), std::move(chain), hops, std::move(keeps));
  Prepared prepared;
  prepared.once = [walk] { return walk->seconds(); };
  prepared.verify = [walk] { walk->verify(); };
  prepared.note = "timed by the GPU's nanosecond clock";
  return prepared;
}

}  // namespace plumbline
