#pragma once

#include <bit>
#include <cstdint>

namespace plumbline::host_memory {

/// A random order of 0 .. count-1 that needs no memory: the place of each number is computed by
/// itself, so that many threads can lay it out at once. Four Feistel rounds over the smallest even
/// number of bits that holds count; numbers beyond count are mapped again until they fall inside
/// (cycle walking, Black and Rogaway 2002).
class RandomOrder {
 public:
  RandomOrder(std::uint64_t count, std::uint64_t seed)
      : count_(count),
        half_bits_((static_cast<unsigned>(std::bit_width(count - 1)) + 1) / 2),
        half_mask_((std::uint64_t{1} << half_bits_) - 1),
        seed_(seed) {}

  /// Different for different k; k and the result lie below count.
  std::uint64_t operator()(std::uint64_t k) const {
    do {
      k = permute(k);
    } while (k >= count_);
    return k;
  }

 private:
  std::uint64_t permute(std::uint64_t k) const {
    std::uint64_t left = k >> half_bits_;
    std::uint64_t right = k & half_mask_;
    for (std::uint64_t round = 1; round <= 4; ++round) {
      const std::uint64_t mixed = left ^ (hash(right + round * 0x632be59bd9b4e019U) & half_mask_);
      left = right;
      right = mixed;
    }
    return left << half_bits_ | right;
  }

  std::uint64_t hash(std::uint64_t x) const {
    x = (x ^ seed_) * 0x9e3779b97f4a7c15U;
    return (x ^ x >> 32) * 0xd6e8feb86659fd93U >> 24;
  }

  std::uint64_t count_;
  unsigned half_bits_;
  std::uint64_t half_mask_;
  std::uint64_t seed_;
};

}  // namespace plumbline::host_memory
