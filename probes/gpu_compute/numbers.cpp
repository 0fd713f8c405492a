#include "probes/gpu_compute/numbers.h"

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace plumbline::gpu_compute {
namespace {

using cublaslt::DataType;

/// Sign, exponent, mantissa, of a type of up to 16 bits.
struct SmallFloat {
  int exponent_bits, mantissa_bits;
};

double value_of(SmallFloat format, unsigned code) {
  const int bias = (1 << (format.exponent_bits - 1)) - 1;
  const auto mantissa = static_cast<int>(code & ((1U << format.mantissa_bits) - 1));
  const auto exponent =
      static_cast<int>(code >> format.mantissa_bits & ((1U << format.exponent_bits) - 1));
  const bool negative = (code >> (format.mantissa_bits + format.exponent_bits) & 1) != 0;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, 1 - bias - format.mantissa_bits)
                                         : std::ldexp(mantissa + (1 << format.mantissa_bits),
                                                      exponent - bias - format.mantissa_bits);
  return negative ? -magnitude : magnitude;
}

template <class T>
T read(std::span<const std::byte> data, std::size_t place) {
  T value;
  std::memcpy(&value, data.subspan(place * sizeof value, sizeof value).data(), sizeof value);
  return value;
}

/// Half the distance of neighbours, relative to the number: what rounding the result costs.
double result_rounding(DataType type) {
  switch (type) {
    case DataType::f64:
      return 0x1p-53;
    case DataType::f32:
      return 0x1p-24;
    case DataType::f16:
      return 0x1p-11;
    case DataType::bf16:
      return 0x1p-8;
    default:
      return 0;
  }
}

/// What a sum may be off, relative to the sum of magnitudes. Not the worst case, which grows with
/// k, but far above what was ever seen: the units of GPUs cut bits off where they add, those for
/// FP8 on Hopper many.
double sum_rounding(const Precision& precision) {
  if (precision.a == DataType::i8) return 0;
  if (precision.a == DataType::f64) return 64 * 0x1p-53;
  if (precision.bits <= 8) return 0x1p-10;
  return precision.compute == cublaslt::Compute::f32 && precision.bits == 32 ? 64 * 0x1p-24
                                                                             : 256 * 0x1p-24;
}

}  // namespace

RandomFormat random_format(const Precision& precision, DataType type) {
  switch (type) {
    case DataType::f64:
      return {64, 11, 52, 0, 1022};
    case DataType::f32:
      // What tf32 cuts off is not there, so that its products are exact.
      return {32, 8, 23, precision.compute == cublaslt::Compute::f32_as_tf32 ? 13U : 0U, 126};
    case DataType::f16:
      return {16, 5, 10, 0, 14};
    case DataType::bf16:
      return {16, 8, 7, 0, 126};
    case DataType::f8_e4m3:
      return {8, 4, 3, 0, 14};  // up to 240 of 448
    case DataType::f8_e5m2:
      return {8, 5, 2, 0, 29};  // up to 28,672 of 57,344
    default:
      return {};
  }
}

ScaleFormat scale_format(const Precision& precision) {
  if (precision.block == 16) return {0x30, 0x0f};  // 0.5 to 1.875
  return {126, 1};                                 // 0.5 or 1
}

double element(DataType type, std::span<const std::byte> data, std::size_t place) {
  switch (type) {
    case DataType::f64:
      return read<double>(data, place);
    case DataType::f32:
      return static_cast<double>(read<float>(data, place));
    case DataType::i32:
      return read<std::int32_t>(data, place);
    case DataType::i8:
      return read<std::int8_t>(data, place);
    case DataType::f16:
      return value_of({5, 10}, read<std::uint16_t>(data, place));
    case DataType::bf16:
      return value_of({8, 7}, read<std::uint16_t>(data, place));
    case DataType::f8_e4m3:
      return value_of({4, 3}, read<std::uint8_t>(data, place));
    case DataType::f8_e5m2:
      return value_of({5, 2}, read<std::uint8_t>(data, place));
    case DataType::f4_e2m1:
      return value_of({2, 1}, read<std::uint8_t>(data, place / 2) >> (place % 2 * 4) & 15U);
  }
  throw std::logic_error("no such type");
}

double scale(unsigned block, std::uint8_t code) {
  return block == 16 ? value_of({4, 3}, code) : std::ldexp(1.0, static_cast<int>(code) - 127);
}

Expected expected(const Precision& precision, std::size_t k, const Column& a, const Column& b) {
  double sum = 0, magnitudes = 0;
  for (std::size_t i = 0; i < k; ++i) {
    double product = element(precision.a, a.elements, i) * element(precision.b, b.elements, i);
    if (precision.block != 0) {
      product *= scale(precision.block, a.scales[i / precision.block]) *
                 scale(precision.block, b.scales[i / precision.block]);
    }
    sum += product;
    magnitudes += std::abs(product);
  }
  return {sum, sum_rounding(precision) * magnitudes +
                   result_rounding(precision.d) * (1 + 1e-6) * std::abs(sum)};
}

}  // namespace plumbline::gpu_compute
