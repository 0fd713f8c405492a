#pragma once

#include <nccl.h>

#include <cstddef>
#include <optional>
#include <span>

namespace plumbline::virtual_node {

/// What is moved of `count` elements: all of them, or the windows of a large array (windows.h). In
/// memory they lie where they belong; in a packet the visited ones lie one behind the other.
struct Elements {
  const std::byte* data = nullptr;
  bool packed = false;
};

/// Bytes of an element; nothing for a type that is not modelled.
std::optional<std::size_t> bytes_of(ncclDataType_t type);
bool is_modelled(ncclRedOp_t operation);

/// Bytes of the visited ones of `count` elements.
std::size_t packet_bytes(std::size_t count, std::size_t element_bytes);
void pack(std::byte* packet, const std::byte* from, std::size_t count, std::size_t element_bytes);

void copy(std::byte* to, Elements from, std::size_t count, std::size_t element_bytes);

/// Each element of all of `to` becomes the reduction of that element of all of `from`, in order.
void reduce(std::span<std::byte* const> to, std::span<const Elements> from, std::size_t count,
            ncclDataType_t type, ncclRedOp_t operation);

}  // namespace plumbline::virtual_node
