// Part of every aarch64 CPU: no extra flags, no check.
#include <arm_neon.h>

#include "probes/host_memory/vector_kernels.h"

namespace plumbline::host_memory {
namespace {

struct Neon {
  using Value = float64x2_t;
  using Sum = uint64x2_t;
  static constexpr std::size_t lanes = 2;

  static Value load(const double* p) { return vld1q_f64(p); }
  static void store(double* p, Value v) { vst1q_f64(p, v); }
  static Value fill(double v) { return vdupq_n_f64(v); }
  static Value multiply_add(Value s, Value x, Value y) { return vfmaq_f64(y, s, x); }
  static void stream_line(double* p, const Value (&v)[4]) {
    // GCC has no intrinsic for the non-temporal store of a pair.
    asm volatile(
        "stnp %q1, %q2, [%0]\n\t"
        "stnp %q3, %q4, [%0, #32]"
        :
        : "r"(p), "w"(v[0]), "w"(v[1]), "w"(v[2]), "w"(v[3])
        : "memory");
  }
  static void fence() { asm volatile("dmb ishst" ::: "memory"); }
  static Sum zero() { return vdupq_n_u64(0); }
  static Sum add_bits(Sum sum, const double* p) {
    return vaddq_u64(sum, vreinterpretq_u64_f64(vld1q_f64(p)));
  }
  static std::uint64_t total(Sum sum) { return vaddvq_u64(sum); }
};

}  // namespace

extern const Kernels neon_kernels;
constinit const Kernels neon_kernels = VectorKernels<Neon>::table(Isa::neon);

}  // namespace plumbline::host_memory
