#include "probes/host_memory/bandwidth.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace plumbline::host_memory {
namespace {

constexpr std::size_t line_elements = 8;
constexpr double scale = 3;
/// What stands in a target before the first pass; no operation writes it.
constexpr double untouched = -1;

/// Whole numbers below 2^20 that look random: sums and products with `scale` are exact, with and
/// without fused multiply-add, and a value out of place is found.
double left_value(std::size_t i) {
  return static_cast<double>(static_cast<std::int64_t>((i * 0x9e3779b97f4a7c15U) >> 44));
}
double right_value(std::size_t i) {
  return static_cast<double>(static_cast<std::int64_t>((i * 0xd1342543de82ef95U) >> 44));
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

std::size_t bytes_per_element(Operation operation) {
  switch (operation) {
    case Operation::read:
    case Operation::write:
    case Operation::write_nt:
      return 8;
    case Operation::copy:
    case Operation::copy_nt:
      return 16;
    case Operation::triad:
    case Operation::triad_nt:
      return 24;
  }
  throw std::logic_error("an operation without a counting rule");
}

std::size_t ArrayLayout::begin_of(std::size_t array) const {
  constexpr std::size_t stagger = std::size_t{5} * 4096;
  return array * (array_bytes + stagger);
}

BandwidthWork::BandwidthWork(Operation operation, const Kernels& kernels, ThreadTeam& team,
                             std::span<std::byte> memory, ArrayLayout layout)
    : operation_(operation),
      kernels_(kernels),
      team_(team),
      count_(layout.array_bytes / sizeof(double)),
      slices_(team.size()) {
  if (memory.size() < layout.total_bytes()) {
    throw std::invalid_argument(
        fmt::format("three arrays need {} bytes, found {}", layout.total_bytes(), memory.size()));
  }
  target_ = reinterpret_cast<double*>(&memory[layout.begin_of(0)]);
  left_ = reinterpret_cast<double*>(&memory[layout.begin_of(1)]);
  right_ = reinterpret_cast<double*>(&memory[layout.begin_of(2)]);

  const std::size_t lines = (count_ + line_elements - 1) / line_elements;
  team_.run([&](std::size_t rank) {
    Slice& slice = slices_[rank];
    slice.begin = std::min(count_, lines * rank / team_.size() * line_elements);
    slice.count = std::min(count_, lines * (rank + 1) / team_.size() * line_elements) - slice.begin;
    const bool reads = operation_ == Operation::read;
    const std::size_t arrays = bytes_per_element(operation_) / sizeof(double);
    for (std::size_t i = slice.begin; i < slice.begin + slice.count; ++i) {
      target_[i] = reads ? left_value(i) : untouched;
      if (arrays >= 2) left_[i] = left_value(i);
      if (arrays >= 3) right_[i] = right_value(i);
      slice.sum += std::bit_cast<std::uint64_t>(left_value(i));
    }
  });
}

void BandwidthWork::set_sample_time(double seconds) {
  const double once = std::min(timed_passes(1), timed_passes(1));
  passes_per_sample_ =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(seconds / once)));
}

double BandwidthWork::sample() {
  return timed_passes(passes_per_sample_) / static_cast<double>(passes_per_sample_);
}

double BandwidthWork::bytes_per_pass() const {
  return static_cast<double>(count_ * bytes_per_element(operation_));
}

double BandwidthWork::timed_passes(std::size_t passes) {
  const double before = written_;
  written_ += static_cast<double>(passes);
  return team_.run([&](std::size_t rank) {
    for (std::size_t i = 1; i <= passes; ++i) {
      pass(slices_[rank], before + static_cast<double>(i));
    }
  });
}

void BandwidthWork::pass(const Slice& slice, double written) const {
  double* const target = target_ + slice.begin;
  const double* const left = left_ + slice.begin;
  const double* const right = right_ + slice.begin;
  switch (operation_) {
    case Operation::read:
      return check_sum(slice, kernels_.read(target, slice.count));
    case Operation::write:
      return kernels_.write(target, slice.count, written);
    case Operation::write_nt:
      return kernels_.write_nt(target, slice.count, written);
    case Operation::copy:
      return kernels_.copy(target, left, slice.count);
    case Operation::copy_nt:
      return kernels_.copy_nt(target, left, slice.count);
    case Operation::triad:
      return kernels_.triad(target, left, right, slice.count, scale);
    case Operation::triad_nt:
      return kernels_.triad_nt(target, left, right, slice.count, scale);
  }
}

void BandwidthWork::check_sum(const Slice& slice, std::uint64_t sum) const {
  if (sum == slice.sum) return;
  throw std::runtime_error(
      fmt::format("read: the sum of {} elements from {} on: found {:#018x}, expected {:#018x}",
                  slice.count, fmt::ptr(target_ + slice.begin), sum, slice.sum));
}

double BandwidthWork::expected_target(std::size_t i) const {
  switch (operation_) {
    case Operation::read:
    case Operation::copy:
    case Operation::copy_nt:
      return left_value(i);
    case Operation::write:
    case Operation::write_nt:
      return written_ > 0 ? written_ : untouched;
    case Operation::triad:
    case Operation::triad_nt:
      return left_value(i) + scale * right_value(i);
  }
  throw std::logic_error("an operation without an expected result");
}

/// Also what was only read: a store gone astray is an error too.
BandwidthWork::Difference BandwidthWork::first_difference(const Slice& slice) const {
  const std::size_t arrays = bytes_per_element(operation_) / sizeof(double);
  for (std::size_t i = slice.begin; i < slice.begin + slice.count; ++i) {
    if (!same_bits(target_[i], expected_target(i))) return {&target_[i], expected_target(i)};
    if (arrays >= 2 && !same_bits(left_[i], left_value(i))) return {&left_[i], left_value(i)};
    if (arrays >= 3 && !same_bits(right_[i], right_value(i))) return {&right_[i], right_value(i)};
  }
  return {};
}

void BandwidthWork::verify() {
  std::vector<Difference> differences(team_.size());
  team_.run([&](std::size_t rank) { differences[rank] = first_difference(slices_[rank]); });
  for (const Difference& difference : differences) {
    if (difference.at == nullptr) continue;
    const double found = *difference.at;
    throw std::runtime_error(
        fmt::format("{}: at {} found {:g} (bits {:#018x}), expected {:g} (bits {:#018x})",
                    operation_names[operation_], fmt::ptr(difference.at), found,
                    std::bit_cast<std::uint64_t>(found), difference.expected,
                    std::bit_cast<std::uint64_t>(difference.expected)));
  }
}

}  // namespace plumbline::host_memory
