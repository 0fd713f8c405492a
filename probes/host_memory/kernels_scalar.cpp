// What every x86-64 CPU can run, one element at a time.
#include <emmintrin.h>

#include "probes/host_memory/vector_kernels.h"

namespace plumbline::host_memory {
namespace {

struct Scalar {
  using Value = double;
  using Sum = std::uint64_t;
  static constexpr std::size_t lanes = 1;

  static Value load(const double* p) { return *p; }
  static void store(double* p, Value v) { *p = v; }
  static Value fill(double v) { return v; }
  static Value multiply_add(Value s, Value x, Value y) { return s * x + y; }
  static void stream_line(double* p, const Value (&v)[8]) {
    for (std::size_t i = 0; i < line_elements; ++i) {
      long long pattern;
      __builtin_memcpy(&pattern, &v[i], sizeof pattern);
      _mm_stream_si64(reinterpret_cast<long long*>(p + i), pattern);
    }
  }
  static void fence() { _mm_sfence(); }
  static Sum zero() { return 0; }
  static Sum add_bits(Sum sum, const double* p) {
    std::uint64_t pattern;
    __builtin_memcpy(&pattern, p, sizeof pattern);
    return sum + pattern;
  }
  static std::uint64_t total(Sum sum) { return sum; }
};

}  // namespace

extern const Kernels scalar_kernels;
constinit const Kernels scalar_kernels = VectorKernels<Scalar>::table(Isa::scalar);

}  // namespace plumbline::host_memory
