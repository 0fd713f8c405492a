#pragma once

#include <cstddef>
#include <cstdint>

namespace plumbline::virtual_node {

/// Of an array with more elements than a host can visit for every launch, the virtual node visits
/// some: 64 windows of 1,024 elements, spread over the whole. Their places follow from the number
/// of elements alone, so that a kernel that fills, one that copies and one that checks agree, and
/// what they check is real.
inline constexpr std::size_t dense_limit = std::size_t{1} << 22;
inline constexpr std::size_t window_elements = 1024;
inline constexpr std::size_t window_count = 64;

/// How many of `elements` are visited.
constexpr std::size_t visited(std::size_t elements) {
  return elements > dense_limit ? window_elements * window_count : elements;
}

/// The first element of a window: of the first one the array's, of the last one its last 1,024, of
/// the others a hashed place in a part of their own.
constexpr std::size_t window_start(std::size_t elements, std::size_t window) {
  if (window == 0) return 0;
  if (window == window_count - 1) return elements - window_elements;
  std::uint64_t hash = (window + elements) * 0x9E3779B97F4A7C15ULL;
  hash ^= hash >> 29;
  hash *= 0xBF58476D1CE4E5B9ULL;
  hash ^= hash >> 32;
  const std::size_t part = (elements / window_elements - 2) / (window_count - 2);
  return (1 + (window - 1) * part + hash % part) * window_elements;
}

/// The element that is visited as number `visit`.
constexpr std::size_t element(std::size_t elements, std::size_t visit) {
  if (elements <= dense_limit) return visit;
  return window_start(elements, visit / window_elements) + visit % window_elements;
}

/// Of the rows or columns of a matrix that is multiplied, these many are visited, whole: the first,
/// the last and hashed ones between. A product is then real where two of them meet.
inline constexpr std::size_t line_count = 16;

constexpr std::size_t visited_lines(std::size_t lines) {
  return lines > 4 * line_count ? line_count : lines;
}

/// The line that is visited as number `visit`; they ascend.
constexpr std::size_t line(std::size_t lines, std::size_t visit) {
  if (visited_lines(lines) == lines || visit == 0) return visit;
  if (visit == line_count - 1) return lines - 1;
  std::uint64_t hash = (visit + lines) * 0x9E3779B97F4A7C15ULL;
  hash ^= hash >> 29;
  hash *= 0xBF58476D1CE4E5B9ULL;
  hash ^= hash >> 32;
  const std::size_t part = (lines - 2) / (line_count - 2);
  return 1 + (visit - 1) * part + hash % part;
}

}  // namespace plumbline::virtual_node
