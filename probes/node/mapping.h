#pragma once

#include <cstddef>
#include <span>

namespace plumbline {

/// An anonymous mapping, given back when it goes out of scope.
class Mapping {
 public:
  /// Address space for at least `bytes`, a whole number of `alignment` (a power of two) that begins
  /// at a multiple of it; with `from_pool` out of the reserved huge pages of the default size.
  /// Throws std::system_error.
  Mapping(std::size_t bytes, std::size_t alignment, bool from_pool);
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> whole_;
  std::span<std::byte> bytes_;
};

}  // namespace plumbline
