// Compiled with -mavx2 -mfma; run only where kernels.cpp has found them.
#include <immintrin.h>

#include "probes/host_memory/vector_kernels.h"

namespace plumbline::host_memory {
namespace {

struct Avx2 {
  using Value = __m256d;
  using Sum = __m256i;
  static constexpr std::size_t lanes = 4;

  static Value load(const double* p) { return _mm256_loadu_pd(p); }
  static void store(double* p, Value v) { _mm256_storeu_pd(p, v); }
  static Value fill(double v) { return _mm256_set1_pd(v); }
  static Value multiply_add(Value s, Value x, Value y) { return _mm256_fmadd_pd(s, x, y); }
  static void stream_line(double* p, const Value (&v)[2]) {
    _mm256_stream_pd(p, v[0]);
    _mm256_stream_pd(p + lanes, v[1]);
  }
  static void fence() { _mm_sfence(); }
  static Sum zero() { return _mm256_setzero_si256(); }
  static Sum add_bits(Sum sum, const double* p) {
    return _mm256_add_epi64(sum, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static std::uint64_t total(Sum sum) {
    std::uint64_t lane[lanes], result = 0;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lane), sum);
    for (const std::uint64_t l : lane) result += l;
    return result;
  }
};

}  // namespace

extern const Kernels avx2_kernels;
constinit const Kernels avx2_kernels = VectorKernels<Avx2>::table(Isa::avx2);

}  // namespace plumbline::host_memory
