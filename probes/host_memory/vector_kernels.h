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

/// How far ahead, in elements, sources are asked for: 2 KiB. Hardware prefetchers stop at the end
/// of a page; this goes on.
inline constexpr std::size_t ahead = 256;

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
  using Sum = typename Vector::Sum;
  static constexpr std::size_t lanes = Vector::lanes;
  static constexpr std::size_t per_line = line_elements / lanes;
  static constexpr std::size_t lines = 4;  ///< in a block: enough to keep the load ports busy
  static constexpr std::size_t block_elements = lines * line_elements;

  // ---- What is stored. Whether ordinary stores gain by asking for the target's lines ahead of
  // time was measured: copy does, the others have enough to wait for or nothing to do meanwhile. An
  // address past the end of an array is only a hint.

  /// No array: every element has the same value.
  struct Constant {
    static constexpr bool fetches_target = false;
    double value;
    Value values;
    double element(std::size_t) const { return value; }
    Value load(std::size_t) const { return values; }
    void prefetch(std::size_t) const {}
  };
  struct Array {
    static constexpr bool fetches_target = true;
    const double* source;
    double element(std::size_t i) const { return source[i]; }
    Value load(std::size_t i) const { return Vector::load(source + i); }
    void prefetch(std::size_t i) const { __builtin_prefetch(source + i + ahead); }
  };
  struct Sums {  ///< left + scale * right
    static constexpr bool fetches_target = false;
    const double* left;
    const double* right;
    double scale;
    Value scales;
    double element(std::size_t i) const { return left[i] + scale * right[i]; }
    Value load(std::size_t i) const {
      return Vector::multiply_add(scales, Vector::load(right + i), Vector::load(left + i));
    }
    void prefetch(std::size_t i) const {
      __builtin_prefetch(left + i + ahead);
      __builtin_prefetch(right + i + ahead);
    }
  };

  // ---- How it is stored.

  template <class Source>
  static void store_each(double* target, std::size_t count, const Source& source) {
    cover<block_elements>(
        target, count, [&](std::size_t i) { target[i] = source.element(i); },
        [&](std::size_t i) {
#pragma GCC unroll 4
          for (std::size_t l = 0; l < lines; ++l) {
            source.prefetch(i + l * line_elements);
            if (Source::fetches_target)
              __builtin_prefetch(target + i + l * line_elements + ahead, 1);
          }
#pragma GCC unroll 32
          for (std::size_t v = 0; v < block_elements / lanes; ++v) {
            Vector::store(target + i + v * lanes, source.load(i + v * lanes));
          }
        });
  }

  template <class Source>
  static void stream_each(double* target, std::size_t count, const Source& source) {
    cover<block_elements>(
        target, count, [&](std::size_t i) { target[i] = source.element(i); },
        [&](std::size_t i) {
#pragma GCC unroll 4
          for (std::size_t l = 0; l < lines; ++l) source.prefetch(i + l * line_elements);
#pragma GCC unroll 4
          for (std::size_t l = 0; l < lines; ++l) {
            Value values[per_line];
#pragma GCC unroll 8
            for (std::size_t v = 0; v < per_line; ++v) {
              values[v] = source.load(i + l * line_elements + v * lanes);
            }
            Vector::stream_line(target + i + l * line_elements, values);
          }
        });
    Vector::fence();
  }

  // ---- The table.

  static std::uint64_t bits(double element) {
    std::uint64_t pattern;
    __builtin_memcpy(&pattern, &element, sizeof pattern);
    return pattern;
  }

  /// Reads the two halves side by side: two streams keep more of the prefetchers at work than one.
  static std::uint64_t read(const double* source, std::size_t count) {
    const std::size_t half = count / 2 / line_elements * line_elements;
    const double* const second = source + half;
    constexpr std::size_t chains = 4;
    Sum sums[chains] = {Vector::zero(), Vector::zero(), Vector::zero(), Vector::zero()};
    std::uint64_t rest = 0;
    cover<block_elements>(
        source, half, [&](std::size_t i) { rest += bits(source[i]) + bits(second[i]); },
        [&](std::size_t i) {
#pragma GCC unroll 32
          for (std::size_t v = 0; v < block_elements / lanes; ++v) {
            Sum& sum = sums[v % chains];
            sum = Vector::add_bits(sum, source + i + v * lanes);
            sum = Vector::add_bits(sum, second + i + v * lanes);
          }
        });
    for (std::size_t i = 2 * half; i < count; ++i) rest += bits(source[i]);
    for (const Sum& sum : sums) rest += Vector::total(sum);
    return rest;
  }

  static void write(double* target, std::size_t count, double value) {
    store_each(target, count, Constant{value, Vector::fill(value)});
  }
  static void write_nt(double* target, std::size_t count, double value) {
    stream_each(target, count, Constant{value, Vector::fill(value)});
  }
  static void copy(double* target, const double* source, std::size_t count) {
    store_each(target, count, Array{source});
  }
  static void copy_nt(double* target, const double* source, std::size_t count) {
    stream_each(target, count, Array{source});
  }
  static void triad(double* target, const double* left, const double* right, std::size_t count,
                    double scale) {
    store_each(target, count, Sums{left, right, scale, Vector::fill(scale)});
  }
  static void triad_nt(double* target, const double* left, const double* right, std::size_t count,
                       double scale) {
    stream_each(target, count, Sums{left, right, scale, Vector::fill(scale)});
  }

  static constexpr Kernels table(Isa isa) {
    return {isa, read, write, write_nt, copy, copy_nt, triad, triad_nt};
  }
};

}  // namespace
}  // namespace plumbline::host_memory
