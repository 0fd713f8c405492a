#pragma once

// The kernels, written once over a vector type. Included only by kernels_<isa>.cpp: each of them is
// compiled for its own instruction set, so everything here has internal linkage and calls no inline
// function of another header, which the linker might take from the wrong one.

#include <cstddef>
#include <cstdint>

#include "probes/host_memory/kernels.h"

namespace plumbline::host_memory {
namespace {

inline constexpr std::size_t line_elements = 8;  ///< of 8 bytes in a cache line of 64

/// Elements up to the first one of `target` that begins a cache line.
inline std::size_t elements_to_line(const double* target, std::size_t count) {
  const std::size_t past = reinterpret_cast<std::uintptr_t>(target) / sizeof(double);
  const std::size_t missing = (line_elements - past % line_elements) % line_elements;
  return missing < count ? missing : count;
}

/// Covers [0, count): one(i) for single elements up to a line of `target` and behind the last whole
/// block, block(i) for the `block_elements` elements from i on.
template <std::size_t block_elements, class One, class Block>
inline void cover(const double* target, std::size_t count, One one, Block block) {
  const std::size_t head = elements_to_line(target, count);
  const std::size_t blocks_end = head + (count - head) / block_elements * block_elements;
  for (std::size_t i = 0; i < head; ++i) one(i);
  for (std::size_t i = head; i < blocks_end; i += block_elements) block(i);
  for (std::size_t i = blocks_end; i < count; ++i) one(i);
}

/// Vector is what an instruction set offers:
///   Value, lanes            a register and the elements in it
///   load, store, fill       unaligned load and store; all lanes the same
///   multiply_add(s, x, y)   s * x + y
///   stream_line(p, values)  non-temporal store of one whole line of line_elements / lanes
///   registers fence()                 waits for the non-temporal stores Sum, zero, add_bits, total
///                           lane-wise sums of the bit patterns, modulo 2^64
template <class Vector>
struct VectorKernels {
  using Value = typename Vector::Value;
  static constexpr std::size_t lanes = Vector::lanes;
  static constexpr std::size_t per_line = line_elements / lanes;
  static constexpr std::size_t lines = 4;  ///< in a block: enough to keep the load ports busy
  static constexpr std::size_t block_elements = lines * line_elements;

  static std::uint64_t bits(double element) {
    std::uint64_t pattern;
    __builtin_memcpy(&pattern, &element, sizeof pattern);
    return pattern;
  }

  static std::uint64_t read(const double* source, std::size_t count) {
    constexpr std::size_t chains = 4;
    typename Vector::Sum sums[chains] = {Vector::zero(), Vector::zero(), Vector::zero(),
                                         Vector::zero()};
    std::uint64_t rest = 0;
    cover<block_elements>(
        source, count, [&](std::size_t i) { rest += bits(source[i]); },
        [&](std::size_t i) {
#pragma GCC unroll 32
          for (std::size_t v = 0; v < block_elements / lanes; ++v) {
            sums[v % chains] = Vector::add_bits(sums[v % chains], source + i + v * lanes);
          }
        });
    for (const auto& sum : sums) rest += Vector::total(sum);
    return rest;
  }

  /// Stores value_at(i), of one element or of one register, into every element.
  template <class Element, class Register>
  static void store_each(double* target, std::size_t count, Element element, Register value_at) {
    cover<block_elements>(
        target, count, [&](std::size_t i) { target[i] = element(i); },
        [&](std::size_t i) {
#pragma GCC unroll 32
          for (std::size_t v = 0; v < block_elements / lanes; ++v) {
            Vector::store(target + i + v * lanes, value_at(i + v * lanes));
          }
        });
  }

  template <class Element, class Register>
  static void stream_each(double* target, std::size_t count, Element element, Register value_at) {
    cover<block_elements>(
        target, count, [&](std::size_t i) { target[i] = element(i); },
        [&](std::size_t i) {
#pragma GCC unroll 4
          for (std::size_t l = 0; l < lines; ++l) {
            Value values[per_line];
#pragma GCC unroll 8
            for (std::size_t v = 0; v < per_line; ++v) {
              values[v] = value_at(i + l * line_elements + v * lanes);
            }
            Vector::stream_line(target + i + l * line_elements, values);
          }
        });
    Vector::fence();
  }

  static void write(double* target, std::size_t count, double value) {
    const Value values = Vector::fill(value);
    store_each(
        target, count, [&](std::size_t) { return value; }, [&](std::size_t) { return values; });
  }
  static void write_nt(double* target, std::size_t count, double value) {
    const Value values = Vector::fill(value);
    stream_each(
        target, count, [&](std::size_t) { return value; }, [&](std::size_t) { return values; });
  }

  static void copy(double* target, const double* source, std::size_t count) {
    store_each(
        target, count, [&](std::size_t i) { return source[i]; },
        [&](std::size_t i) { return Vector::load(source + i); });
  }
  static void copy_nt(double* target, const double* source, std::size_t count) {
    stream_each(
        target, count, [&](std::size_t i) { return source[i]; },
        [&](std::size_t i) { return Vector::load(source + i); });
  }

  static void triad(double* target, const double* left, const double* right, std::size_t count,
                    double scale) {
    const Value scales = Vector::fill(scale);
    store_each(
        target, count, [&](std::size_t i) { return left[i] + scale * right[i]; },
        [&](std::size_t i) {
          return Vector::multiply_add(scales, Vector::load(right + i), Vector::load(left + i));
        });
  }
  static void triad_nt(double* target, const double* left, const double* right, std::size_t count,
                       double scale) {
    const Value scales = Vector::fill(scale);
    stream_each(
        target, count, [&](std::size_t i) { return left[i] + scale * right[i]; },
        [&](std::size_t i) {
          return Vector::multiply_add(scales, Vector::load(right + i), Vector::load(left + i));
        });
  }

  static constexpr Kernels table(Isa isa) {
    return {isa, read, write, write_nt, copy, copy_nt, triad, triad_nt};
  }
};

}  // namespace
}  // namespace plumbline::host_memory
