#pragma once

// What a kernel's source is compiled with for the host: the same words as probes/gpu/kernel.h gives
// it on a GPU, which this file is included before (-include, see CMakeLists.txt).

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "probes/virtual_node/simt/kernel_table.h"
#include "probes/virtual_node/simt/multicast_view.h"
#include "probes/virtual_node/simt/thread.h"
#include "probes/virtual_node/simt/windows.h"

#define KERNEL(name, parameters)                                                        \
  static void name parameters;                                                          \
  static const plumbline::virtual_node::AddBody<&name> plumbline_body_of_##name(#name); \
  static void name parameters

#define TRAFFIC(name, parameters)                                      \
  static void traffic_of_##name parameters;                            \
  static const plumbline::virtual_node::AddTraffic<&traffic_of_##name> \
      plumbline_traffic_of_##name(#name);                              \
  static void traffic_of_##name parameters

#define DEVICE static inline
#define __shared__ static  // blocks run one after another
#define __restrict__ __restrict

#define threadIdx (plumbline::virtual_node::this_thread().thread)
#define blockIdx (plumbline::virtual_node::this_thread().block)
#define blockDim (plumbline::virtual_node::this_thread().block_size)
#define gridDim (plumbline::virtual_node::this_thread().grid_size)

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) ulonglong2 {
  unsigned long long x, y;
};
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y) { return {x, y}; }

inline unsigned __float_as_uint(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline void __syncthreads() { plumbline::virtual_node::block_barrier(); }

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  const auto all = plumbline::virtual_node::exchange(mask, bits);
  const unsigned from = plumbline::virtual_node::this_thread().lane() + by;
  if (from > 31) return value;
  std::memcpy(&value, &all.of_lane[from], sizeof value);
  return value;
}

template <class T, class U>
T atomicAdd(T* to, U value) {
  const T before = *to;
  *to = static_cast<T>(before + static_cast<T>(value));
  return before;
}
template <class T, class U>
T atomicMin(T* to, U value) {
  const T before = *to;
  if (static_cast<T>(value) < before) *to = static_cast<T>(value);
  return before;
}

/// The elements of an array that this thread works on.
struct grid_stride {
  std::size_t n;
  explicit grid_stride(std::size_t elements) : n(elements) {}

  struct iterator {
    std::size_t visit, step, n;
    std::size_t operator*() const { return plumbline::virtual_node::element(n, visit); }
    void operator++() { visit += step; }
    bool operator!=(const iterator& end) const { return visit < end.visit; }
  };
  iterator begin() const {
    const std::size_t blocks = gridDim.x, threads = blockDim.x;
    return {blockIdx.x * threads + threadIdx.x, blocks * threads, n};
  }
  iterator end() const { return {plumbline::virtual_node::visited(n), 0, n}; }
};

/// For each element that this thread works on: use(i, load(i)).
template <class Load, class Use>
void in_batches(std::size_t n, const Load& load, const Use& use) {
  for (std::size_t i : grid_stride(n)) use(i, load(i));
}

/// The places of a matrix of columns that this thread works on: of columns that are visited, all.
struct column_stride {
  std::size_t rows, columns;
  column_stride(std::size_t r, std::size_t c) : rows(r), columns(c) {}

  struct iterator {
    std::size_t visit, step, rows, columns;
    std::size_t operator*() const {
      return plumbline::virtual_node::line(columns, visit / rows) * rows + visit % rows;
    }
    void operator++() { visit += step; }
    bool operator!=(const iterator& end) const { return visit < end.visit; }
  };
  iterator begin() const {
    const std::size_t blocks = gridDim.x, threads = blockDim.x;
    return {blockIdx.x * threads + threadIdx.x, blocks * threads, rows, columns};
  }
  iterator end() const {
    return {rows * plumbline::virtual_node::visited_lines(columns), 0, rows, columns};
  }
};

/// The same where rows and columns that are visited meet.
struct product_stride {
  std::size_t rows, columns;
  product_stride(std::size_t r, std::size_t c) : rows(r), columns(c) {}

  struct iterator {
    std::size_t visit, step, rows, columns;
    std::size_t operator*() const {
      const std::size_t of_rows = plumbline::virtual_node::visited_lines(rows);
      return plumbline::virtual_node::line(columns, visit / of_rows) * rows +
             plumbline::virtual_node::line(rows, visit % of_rows);
    }
    void operator++() { visit += step; }
    bool operator!=(const iterator& end) const { return visit < end.visit; }
  };
  iterator begin() const {
    const std::size_t blocks = gridDim.x, threads = blockDim.x;
    return {blockIdx.x * threads + threadIdx.x, blocks * threads, rows, columns};
  }
  iterator end() const {
    return {plumbline::virtual_node::visited_lines(rows) *
                plumbline::virtual_node::visited_lines(columns),
            0, rows, columns};
  }
};

inline unsigned long long nanoseconds() {
  return static_cast<unsigned long long>(plumbline::virtual_node::device_clock().now);
}

inline unsigned load_dependent(const unsigned* from) {
  auto& clock = plumbline::virtual_node::device_clock();
  clock.now += clock.per_dependent_load;
  return *from;
}

inline unsigned load_fresh(const unsigned* from) {
  const unsigned value = *static_cast<const volatile unsigned*>(from);
  if (value == 0) plumbline::virtual_node::device_clock().now += 1e8;
  return value;
}

template <class T>
void multicast_store(T* to, const T& value) {
  static_assert(sizeof(T) == 16);
  const auto& view = plumbline::virtual_node::multicast_view(to, sizeof value);
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(to) - view.begin;
  for (std::byte* memory : view.written) std::memcpy(memory + offset, &value, sizeof value);
}

inline float4 multicast_sum(const float4* from) {
  const auto& view = plumbline::virtual_node::multicast_view(from, sizeof *from);
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(from) - view.begin;
  float4 sum{};
  for (const std::byte* memory : view.read) {
    float4 part;
    std::memcpy(&part, memory + offset, sizeof part);
    sum.x += part.x;
    sum.y += part.y;
    sum.z += part.z;
    sum.w += part.w;
  }
  return sum;
}

/// For TRAFFIC: `count` elements at `from` are read, or written, once each.
template <class T>
void reads(const T* from, std::size_t count) {
  plumbline::virtual_node::add_access({from, count * sizeof(T), alignof(T), false, false});
}
template <class T>
void writes(T* to, std::size_t count) {
  plumbline::virtual_node::add_access({to, count * sizeof(T), alignof(T), true, false});
}
/// The same at a multicast address.
template <class T>
void multicast_reads(const T* from, std::size_t count) {
  plumbline::virtual_node::add_access({from, count * sizeof(T), alignof(T), false, true});
}
template <class T>
void multicast_writes(T* to, std::size_t count) {
  plumbline::virtual_node::add_access({to, count * sizeof(T), alignof(T), true, true});
}
/// Blocks that get none of the elements may be left out.
inline void by_elements(std::size_t count) {
  plumbline::virtual_node::add_elements(plumbline::virtual_node::visited(count));
}
inline void waits_for(const unsigned* word, unsigned long long limit_ns) {
  plumbline::virtual_node::add_wait({word, static_cast<double>(limit_ns)});
}
inline void dependent_loads(std::size_t count) {
  plumbline::virtual_node::add_dependent_loads(count);
}
inline void by_columns(std::size_t rows, std::size_t columns) {
  plumbline::virtual_node::add_elements(rows * plumbline::virtual_node::visited_lines(columns));
}
inline void by_products(std::size_t rows, std::size_t columns) {
  plumbline::virtual_node::add_elements(plumbline::virtual_node::visited_lines(rows) *
                                        plumbline::virtual_node::visited_lines(columns));
}
