#include "probes/gpu_memory/bandwidth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "probes/gpu/check_report.h"
#include "probes/harness/data_checks.h"

namespace plumbline::gpu_memory {
namespace {

constexpr double sample_seconds = 0.02;
constexpr unsigned seed_a = 0x517, seed_b = 0x1234, seed_c = 0xabcd;
constexpr float factor = 3.0F;
/// Lies where a sum is to arrive; no block comes to that much.
constexpr unsigned long long not_arrived = ~0ULL;

bool reads_only(Operation operation) {
  return operation == Operation::read || operation == Operation::dot;
}
bool uses_b(Operation operation) { return operation != Operation::write; }
bool uses_c(Operation operation) {
  return operation == Operation::add || operation == Operation::triad ||
         operation == Operation::dot;
}

/// The arrays of one case, and its operation on them.
class Round {
 public:
  Round(std::shared_ptr<const Workbench> bench, Operation operation, std::uint64_t array_bytes)
      : bench_(std::move(bench)),
        operation_(operation),
        elements_(array_bytes / element_bytes),
        grid_(bench_->grid()),
        sums_(bench_->context, grid_.blocks * sizeof(unsigned long long)),
        found_(bench_->context, sums_.bytes()),
        report_(*bench_) {
    const auto allocate = [&](std::optional<cuda::DeviceMemory>& array, unsigned seed) {
      array.emplace(bench_->context, elements_ * element_bytes);
      launch("write", array->address(), seed, elements_);
    };
    // What a holds before follows from another seed: a round that does nothing is found out.
    if (!reads_only(operation_)) allocate(a_, seed_a);
    if (uses_b(operation_)) allocate(b_, seed_b);
    if (uses_c(operation_)) allocate(c_, seed_c);
    kernel_.emplace(bench_->code.kernel(name()));
    queue();
    bench_->stream.synchronize();
    const double once = bench_->timed([&] { queue(); });
    rounds_ = static_cast<unsigned>(std::clamp(std::ceil(sample_seconds / once), 1.0, 1000.0));
  }

  unsigned rounds() const { return rounds_; }

  double seconds_of_one() const {
    const double seconds = bench_->timed([&] {
      for (unsigned round = 0; round < rounds_; ++round) queue();
    });
    return seconds / rounds_;
  }

  void verify() const {
    if (reads_only(operation_)) {
      verify_sum();
    } else {
      verify_array();
    }
  }

 private:
  const char* name() const {
    switch (operation_) {
      case Operation::read:
        return "read";
      case Operation::write:
        return "write";
      case Operation::copy:
        return "copy";
      case Operation::scale:
        return "scale";
      case Operation::add:
        return "add";
      case Operation::triad:
        return "triad";
      case Operation::dot:
        return "dot";
    }
    throw std::logic_error("no such operation");
  }

  template <class... Args>
  void launch(const char* kernel, Args... args) const {
    bench_->code.kernel(kernel).launch(bench_->stream, grid_, args...);
  }

  /// One round, with the parameters that its kernel has.
  void queue() const {
    const auto run = [&](auto... args) { kernel_->launch(bench_->stream, grid_, args...); };
    switch (operation_) {
      case Operation::read:
        return run(b_->address(), sums_.address(), elements_);
      case Operation::write:
        return run(a_->address(), seed_b, elements_);
      case Operation::copy:
        return run(a_->address(), b_->address(), elements_);
      case Operation::scale:
        return run(a_->address(), b_->address(), factor, elements_);
      case Operation::add:
        return run(a_->address(), b_->address(), c_->address(), elements_);
      case Operation::triad:
        return run(a_->address(), b_->address(), c_->address(), factor, elements_);
      case Operation::dot:
        return run(b_->address(), c_->address(), sums_.address(), elements_);
    }
  }

  /// a = of_b * b + of_c * c
  std::pair<float, float> expected() const {
    switch (operation_) {
      case Operation::scale:
        return {factor, 0};
      case Operation::add:
        return {1, 1};
      case Operation::triad:
        return {1, factor};
      default:
        return {1, 0};
    }
  }

  void verify_array() const {
    const auto [of_b, of_c] = expected();
    launch("check", a_->address(), seed_b, of_b, seed_c, of_c, report_.clear(), elements_);
    const unsigned long long count = report_.take().wrong;
    if (count != 0) {
      throw WrongData(fmt::format("{}: {} of {} numbers in the result of {} are wrong",
                                  bench_->gpu.subject, count, 4 * elements_, name()),
                      count);
    }
  }

  void verify_sum() const {
    const unsigned long long got = sum();
    if (operation_ == Operation::dot) {
      launch("expected_dot", seed_b, seed_c, sums_.address(), elements_);
    } else {
      launch("expected_read", seed_b, sums_.address(), elements_);
    }
    const unsigned long long want = sum();
    if (got != want) {
      throw WrongData(fmt::format("{}: the sum of {} is {}, expected {}", bench_->gpu.subject,
                                  name(), got, want),
                      1);
    }
  }

  /// Of what the blocks came to, as the host sees it: two that are the same because neither arrived
  /// would prove nothing.
  unsigned long long sum() const {
    const auto values = found_.as<unsigned long long>();
    std::fill(values.begin(), values.end(), not_arrived);
    bench_->context.call().copy_to_host(found_.data(), sums_.address(), sums_.bytes(),
                                        bench_->stream.handle());
    bench_->stream.synchronize();
    const auto absent = std::count(values.begin(), values.end(), not_arrived);
    if (absent != 0) {
      throw WrongData(fmt::format("{}: {} of {} sums did not arrive at the host",
                                  bench_->gpu.subject, absent, values.size()),
                      static_cast<std::uint64_t>(absent));
    }
    return std::accumulate(values.begin(), values.end(), 0ULL);
  }

  std::shared_ptr<const Workbench> bench_;
  Operation operation_;
  std::size_t elements_;
  cuda::Grid grid_;
  std::optional<cuda::DeviceMemory> a_, b_, c_;
  cuda::DeviceMemory sums_;  ///< one per block
  cuda::PinnedMemory found_;
  CheckReport report_;
  std::optional<cuda::Kernel> kernel_;
  unsigned rounds_ = 1;
};

}  // namespace

unsigned arrays_moved(Operation operation) {
  switch (operation) {
    case Operation::read:
    case Operation::write:
      return 1;
    case Operation::copy:
    case Operation::scale:
    case Operation::dot:
      return 2;
    case Operation::add:
    case Operation::triad:
      return 3;
  }
  throw std::logic_error("no such operation");
}

std::uint64_t default_array_bytes(std::uint64_t l2_bytes) {
  constexpr std::uint64_t step = std::uint64_t{2} << 20, least = std::uint64_t{512} << 20;
  return std::max(least, (4 * l2_bytes + step - 1) / step * step);
}

Prepared prepare_bandwidth(std::shared_ptr<const Workbench> bench, Operation operation,
                           std::uint64_t array_bytes) {
  auto round = std::make_shared<const Round>(std::move(bench), operation, array_bytes);
  Prepared prepared;
  prepared.once = [round] { return round->seconds_of_one(); };
  prepared.verify = [round] { round->verify(); };
  prepared.note = fmt::format("{} rounds per sample, timed by the GPU's events", round->rounds());
  return prepared;
}

}  // namespace plumbline::gpu_memory
