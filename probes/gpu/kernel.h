#pragma once

// The words that a kernel's source uses beside CUDA's own. The same source is compiled for GPUs by
// nvcc, and for the host by the virtual node, which brings its own words (and CUDA's too):
//
//   KERNEL(copy, (uint4* to, const uint4* from, size_t n)) {
//     for (size_t i : grid_stride(n)) to[i] = from[i];
//   }
//   TRAFFIC(copy, (uint4* to, const uint4* from, size_t n)) {
//     reads(from, n);
//     writes(to, n);
//   }
//
// TRAFFIC says what a launch moves: the virtual node checks and times a launch by it, on a GPU it
// is nothing. Rules for a source: elements are visited through grid_stride and its kin alone, what
// it computes does not depend on the size of the grid, and what is verified is exact in its type,
// because nvcc contracts to fused multiply-add where the host may not.

#ifdef __CUDACC__

#include <stddef.h>

/// Threads in a block of every kernel.
#define BLOCK_THREADS 256

#define KERNEL(name, parameters) \
  extern "C" __global__ void __launch_bounds__(BLOCK_THREADS) name parameters
#define TRAFFIC(name, parameters) \
  template <class>                \
  void traffic_of_##name parameters
#define DEVICE static __device__ __forceinline__

/// The elements of an array that this thread works on: for (size_t i : grid_stride(n)).
struct grid_stride {
  size_t n;
  __device__ explicit grid_stride(size_t elements) : n(elements) {}

  struct iterator {
    size_t at, step;
    __device__ size_t operator*() const { return at; }
    __device__ void operator++() { at += step; }
    __device__ bool operator!=(const iterator& end) const { return at < end.at; }
  };
  __device__ iterator begin() const {
    return {static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x,
            static_cast<size_t>(gridDim.x) * blockDim.x};
  }
  __device__ iterator end() const { return {n, 0}; }
};

/// The places of a matrix, column after column, that this thread works on, for a kernel that treats
/// whole columns alike: for (size_t i : column_stride(rows, columns)).
struct column_stride : grid_stride {
  __device__ column_stride(size_t rows, size_t columns) : grid_stride(rows * columns) {}
};

/// The same for a product of two matrices, element by element.
struct product_stride : grid_stride {
  __device__ product_stride(size_t rows, size_t columns) : grid_stride(rows * columns) {}
};

/// For each element that this thread works on: use(i, load(i)), with loads of 64 bytes under way
/// before the first is used. 16 bytes for each of the 2048 threads of a multiprocessor are less
/// than bandwidth times latency of the fastest memories; more than 64 cost registers, and so
/// threads. `load` must not read what `use` writes.
template <class Load, class Use>
DEVICE void in_batches(size_t n, const Load& load, const Use& use) {
  using Loaded = decltype(load(n));
  constexpr unsigned batch = 64 / sizeof(Loaded);
  const size_t step = static_cast<size_t>(gridDim.x) * blockDim.x;
  size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (; i + (batch - 1) * step < n; i += batch * step) {
    Loaded loaded[batch];
#pragma unroll
    for (unsigned k = 0; k < batch; ++k) loaded[k] = load(i + k * step);
#pragma unroll
    for (unsigned k = 0; k < batch; ++k) use(i + k * step, loaded[k]);
  }
  for (; i < n; i += step) use(i, load(i));
}

/// The GPU's clock, which does not depend on its core clock.
DEVICE unsigned long long nanoseconds() {
  unsigned long long now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

/// A load that the next one waits for, cached in L2 alone.
DEVICE unsigned load_dependent(const unsigned* from) {
  unsigned value;
  asm volatile("ld.global.cg.u32 %0, [%1];" : "=r"(value) : "l"(from) : "memory");
  return value;
}

/// A word of the host's memory as it is now, whoever wrote it.
DEVICE unsigned load_fresh(const unsigned* from) {
  unsigned value;
  asm volatile("ld.relaxed.sys.u32 %0, [%1];" : "=r"(value) : "l"(from) : "memory");
  return value;
}

// Of addresses at which a multicast object is mapped nothing else may be used than the next two,
// and they of no other addresses. They need compute capability 9.0: the source of a kernel with
// them is compiled for that and later (add_device_code's OLDEST). PTX ISA, multimem.

/// 16 bytes into the memory of every GPU that is bound there.
template <class T>
DEVICE void multicast_store(T* to, const T& value) {
  static_assert(sizeof(T) == 16, "one instruction");
  const uint4 bits = reinterpret_cast<const uint4&>(value);
  asm volatile("multimem.st.relaxed.sys.global.v4.f32 [%0], {%1, %2, %3, %4};"
               :
               : "l"(to), "r"(bits.x), "r"(bits.y), "r"(bits.z), "r"(bits.w)
               : "memory");
}

/// The sum, made in NVSwitch, of what the memories of all GPUs that are bound hold there.
DEVICE float4 multicast_sum(const float4* from) {
  float4 sum;
  asm volatile("multimem.ld_reduce.relaxed.sys.global.add.v4.f32 {%0, %1, %2, %3}, [%4];"
               : "=f"(sum.x), "=f"(sum.y), "=f"(sum.z), "=f"(sum.w)
               : "l"(from)
               : "memory");
  return sum;
}

/// For TRAFFIC: `count` elements are read, or written, once each; or loaded one after the other.
template <class T>
void reads(const T* from, size_t count);
template <class T>
void writes(T* to, size_t count);
/// The same at a multicast address.
template <class T>
void multicast_reads(const T* from, size_t count);
template <class T>
void multicast_writes(T* to, size_t count);
void dependent_loads(size_t count);
/// The kernel ends when the host has set this word, or after so long.
void waits_for(const unsigned* word, unsigned long long limit_ns);
/// All that the kernel does, it does to elements that grid_stride (column_stride, product_stride)
/// gives it: blocks that get none may be left out.
void by_elements(size_t count);
void by_columns(size_t rows, size_t columns);
void by_products(size_t rows, size_t columns);

#endif
