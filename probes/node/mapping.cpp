#include "probes/node/mapping.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace plumbline {
namespace {

std::size_t round_up(std::size_t value, std::size_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

Mapping::Mapping(std::size_t bytes, std::size_t alignment, bool from_pool) {
  const std::size_t rounded = round_up(bytes, alignment);
  const std::size_t room = from_pool ? rounded : rounded + alignment;
  void* const address =
      ::mmap(nullptr, room, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | (from_pool ? MAP_HUGETLB : MAP_NORESERVE), -1, 0);
  if (address == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(),
                            fmt::format("cannot map {} bytes", room));
  }
  whole_ = {static_cast<std::byte*>(address), room};
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  bytes_ = whole_.subspan(round_up(begin, alignment) - begin, rounded);
}

Mapping::Mapping(Mapping&& other) noexcept
    : whole_(std::exchange(other.whole_, {})), bytes_(std::exchange(other.bytes_, {})) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(whole_, other.whole_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Mapping::~Mapping() {
  if (!whole_.empty()) ::munmap(whole_.data(), whole_.size());
}

}  // namespace plumbline
