#include "probes/virtual_node/nccl/reduction.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "probes/virtual_node/simt/windows.h"

namespace plumbline::virtual_node {
namespace {

/// The upper half of a float.
struct Bfloat16 {
  std::uint16_t bits;
};

float to_float(Bfloat16 value) { return std::bit_cast<float>(std::uint32_t{value.bits} << 16); }

/// Rounded to the nearest, ties to even.
Bfloat16 to_bfloat16(float value) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  bits += 0x7fff + (bits >> 16 & 1);
  return {static_cast<std::uint16_t>(bits >> 16)};
}

/// What a type is computed in.
template <class T>
T widen(T value) {
  return value;
}
float widen(Bfloat16 value) { return to_float(value); }
template <class T, class Wide>
T narrow(Wide value) {
  if constexpr (std::is_same_v<T, Bfloat16>) {
    return to_bfloat16(value);
  } else {
    return static_cast<T>(value);
  }
}

template <class Wide>
Wide combine(Wide a, Wide b, ncclRedOp_t operation) {
  switch (operation) {
    case ncclProd:
      return static_cast<Wide>(a * b);
    case ncclMax:
      return std::max(a, b);
    case ncclMin:
      return std::min(a, b);
    default:
      return static_cast<Wide>(a + b);
  }
}

/// Elements that lie one behind the other, in memory and in a packet.
struct Run {
  std::size_t place, packed, length;
};

constexpr std::size_t run_elements = window_elements;

std::size_t run_count(std::size_t count) {
  return count > dense_limit ? window_count : (count + run_elements - 1) / run_elements;
}
Run run_of(std::size_t count, std::size_t index) {
  const std::size_t packed = index * run_elements;
  if (count > dense_limit) return {window_start(count, index), packed, run_elements};
  return {packed, packed, std::min(run_elements, count - packed)};
}

template <class T>
void reduce_as(std::span<std::byte* const> to, std::span<const Elements> from, std::size_t count,
               ncclRedOp_t operation) {
  using Wide = decltype(widen(T{}));
  std::array<Wide, run_elements> sum;
  std::array<T, run_elements> values;
  for (std::size_t index = 0; index < run_count(count); ++index) {
    const Run run = run_of(count, index);
    const auto load = [&](Elements of) {
      std::memcpy(values.data(), of.data + (of.packed ? run.packed : run.place) * sizeof(T),
                  run.length * sizeof(T));
    };
    load(from.front());
    for (std::size_t i = 0; i < run.length; ++i) sum[i] = widen(values[i]);
    for (const Elements& of : from.subspan(1)) {
      load(of);
      for (std::size_t i = 0; i < run.length; ++i) {
        sum[i] = combine(sum[i], widen(values[i]), operation);
      }
    }
    const auto ranks = static_cast<Wide>(from.size());
    for (std::size_t i = 0; i < run.length; ++i) {
      values[i] = narrow<T>(operation == ncclAvg ? static_cast<Wide>(sum[i] / ranks) : sum[i]);
    }
    for (std::byte* target : to) {
      std::memcpy(target + run.place * sizeof(T), values.data(), run.length * sizeof(T));
    }
  }
}

}  // namespace

std::optional<std::size_t> bytes_of(ncclDataType_t type) {
  switch (type) {
    case ncclInt8:
    case ncclUint8:
      return 1;
    case ncclBfloat16:
      return 2;
    case ncclInt32:
    case ncclUint32:
    case ncclFloat32:
      return 4;
    case ncclInt64:
    case ncclUint64:
    case ncclFloat64:
      return 8;
    default:
      return std::nullopt;
  }
}

bool is_modelled(ncclRedOp_t operation) {
  return operation == ncclSum || operation == ncclProd || operation == ncclMax ||
         operation == ncclMin || operation == ncclAvg;
}

std::size_t packet_bytes(std::size_t count, std::size_t element_bytes) {
  return visited(count) * element_bytes;
}

void pack(std::byte* packet, const std::byte* from, std::size_t count, std::size_t element_bytes) {
  if (count <= dense_limit) {
    std::memcpy(packet, from, count * element_bytes);
    return;
  }
  const std::size_t bytes = window_elements * element_bytes;
  for (std::size_t window = 0; window < window_count; ++window) {
    std::memcpy(packet + window * bytes, from + window_start(count, window) * element_bytes, bytes);
  }
}

void copy(std::byte* to, Elements from, std::size_t count, std::size_t element_bytes) {
  if (count <= dense_limit) {
    std::memmove(to, from.data, count * element_bytes);
    return;
  }
  const std::size_t bytes = window_elements * element_bytes;
  for (std::size_t window = 0; window < window_count; ++window) {
    const std::size_t offset = window_start(count, window) * element_bytes;
    std::memmove(to + offset, from.data + (from.packed ? window * bytes : offset), bytes);
  }
}

void reduce(std::span<std::byte* const> to, std::span<const Elements> from, std::size_t count,
            ncclDataType_t type, ncclRedOp_t operation) {
  switch (type) {
    case ncclInt8:
      return reduce_as<std::int8_t>(to, from, count, operation);
    case ncclUint8:
      return reduce_as<std::uint8_t>(to, from, count, operation);
    case ncclInt32:
      return reduce_as<std::int32_t>(to, from, count, operation);
    case ncclUint32:
      return reduce_as<std::uint32_t>(to, from, count, operation);
    case ncclInt64:
      return reduce_as<std::int64_t>(to, from, count, operation);
    case ncclUint64:
      return reduce_as<std::uint64_t>(to, from, count, operation);
    case ncclFloat32:
      return reduce_as<float>(to, from, count, operation);
    case ncclFloat64:
      return reduce_as<double>(to, from, count, operation);
    case ncclBfloat16:
      return reduce_as<Bfloat16>(to, from, count, operation);
    default:
      throw std::logic_error("a type that is not modelled");
  }
}

}  // namespace plumbline::virtual_node
