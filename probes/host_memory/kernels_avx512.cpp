// Compiled with -mavx512f; run only where kernels.cpp has found it.
#include <immintrin.h>

#include "probes/host_memory/vector_kernels.h"

namespace plumbline::host_memory {
namespace {

struct Avx512 {
  using Value = __m512d;
  using Sum = __m512i;
  static constexpr std::size_t lanes = 8;

  static Value load(const double* p) { return _mm512_loadu_pd(p); }
  static void store(double* p, Value v) { _mm512_storeu_pd(p, v); }
  static Value fill(double v) { return _mm512_set1_pd(v); }
  static Value multiply_add(Value s, Value x, Value y) { return _mm512_fmadd_pd(s, x, y); }
  static void stream_line(double* p, const Value (&v)[1]) { _mm512_stream_pd(p, v[0]); }
  static void fence() { _mm_sfence(); }
  static Sum zero() { return _mm512_setzero_si512(); }
  static Sum add_bits(Sum sum, const double* p) {
    return _mm512_add_epi64(sum, _mm512_loadu_si512(p));
  }
  static std::uint64_t total(Sum sum) {
    std::uint64_t lane[lanes], result = 0;
    _mm512_storeu_si512(lane, sum);
    for (const std::uint64_t l : lane) result += l;
    return result;
  }
};

}  // namespace

extern const Kernels avx512_kernels;
constinit const Kernels avx512_kernels = VectorKernels<Avx512>::table(Isa::avx512);

}  // namespace plumbline::host_memory
