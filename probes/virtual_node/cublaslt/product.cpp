#include "probes/virtual_node/cublaslt/product.h"

#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>
#include <vector>

#include "probes/virtual_node/simt/windows.h"

namespace plumbline::virtual_node {
namespace {

/// A float of `exponent_bits` and `mantissa_bits`; NaN and infinity do not occur in what is
/// multiplied here.
double small_float(unsigned bits, unsigned exponent_bits, unsigned mantissa_bits) {
  const unsigned mantissa = bits & ((1U << mantissa_bits) - 1);
  const unsigned exponent = (bits >> mantissa_bits) & ((1U << exponent_bits) - 1);
  const bool negative = ((bits >> (mantissa_bits + exponent_bits)) & 1) != 0;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int scale = (exponent == 0 ? 1 : static_cast<int>(exponent)) - bias;
  const double hidden = exponent == 0 ? 0 : 1U << mantissa_bits;
  const double value = std::ldexp(hidden + mantissa, scale - static_cast<int>(mantissa_bits));
  return negative ? -value : value;
}

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// The value of every code of a type of up to 16 bits.
std::vector<double> values_of_codes(cudaDataType type) {
  std::vector<double> values(std::size_t{1} << bits_of(type));
  for (std::size_t code = 0; code < values.size(); ++code) {
    const auto bits = static_cast<unsigned>(code);
    switch (type) {
      case CUDA_R_16F:
        values[code] = small_float(bits, 5, 10);
        break;
      case CUDA_R_16BF:
        values[code] = small_float(bits, 8, 7);
        break;
      case CUDA_R_8F_E4M3:
        values[code] = small_float(bits, 4, 3);
        break;
      case CUDA_R_8F_E5M2:
        values[code] = small_float(bits, 5, 2);
        break;
      case CUDA_R_8I:
        values[code] = static_cast<std::int8_t>(bits);
        break;
      case CUDA_R_4F_E2M1:
        values[code] = small_float(bits, 2, 1);
        break;
      default:
        throw std::logic_error("no such type");
    }
  }
  return values;
}

/// Reads elements of a matrix as numbers.
class Elements {
 public:
  explicit Elements(const MatrixData& matrix) : matrix_(matrix) {
    if (bits_of(matrix.type) <= 16) codes_ = &known_codes(matrix.type);
  }

  double operator[](std::size_t place) const {
    const std::byte* at = matrix_.data + place * bits_of(matrix_.type) / 8;
    switch (bits_of(matrix_.type)) {
      case 64:
        return load<double>(at);
      case 32:
        return load<float>(at);
      case 16:
        return (*codes_)[load<std::uint16_t>(at)];
      case 8:
        return (*codes_)[load<std::uint8_t>(at)];
      default:
        return (*codes_)[(load<std::uint8_t>(at) >> (place % 2 * 4)) & 15U];
    }
  }

 private:
  static const std::vector<double>& known_codes(cudaDataType type) {
    static std::map<cudaDataType, std::vector<double>> known;
    std::vector<double>& values = known[type];
    if (values.empty()) values = values_of_codes(type);
    return values;
  }

  const MatrixData& matrix_;
  const std::vector<double>* codes_ = nullptr;
};

/// Where the scale of a block lies: tiles of 128 columns x 4 blocks, 512 bytes each, those of one
/// band of columns one after the other (cuBLAS, "1D block scaling factors layout").
std::size_t scale_place(std::size_t column, std::size_t block, std::size_t blocks) {
  const std::size_t tiles = (blocks + 3) / 4;
  return (column / 128 * tiles + block / 4) * 512 + column % 32 * 16 + column % 128 / 32 * 4 +
         block % 4;
}

double scale_of(const MatrixData& matrix, std::size_t column, std::size_t row) {
  if (matrix.block == 0) return 1;
  const std::size_t blocks = (matrix.rows + matrix.block - 1) / matrix.block;
  const unsigned code = matrix.scales[scale_place(column, row / matrix.block, blocks)];
  // UE4M3 beside 16 elements, UE8M0 (a power of two) beside 32.
  return matrix.block == 16 ? small_float(code, 4, 3)
                            : std::ldexp(1.0, static_cast<int>(code) - 127);
}

/// The visited columns, as numbers that are summed.
template <class T>
std::vector<std::vector<T>> columns_of(const MatrixData& matrix) {
  const Elements elements(matrix);
  std::vector<std::vector<T>> columns(visited_lines(matrix.columns));
  for (std::size_t visit = 0; visit < columns.size(); ++visit) {
    const std::size_t column = line(matrix.columns, visit);
    std::vector<T>& values = columns[visit];
    values.reserve(matrix.rows);
    for (std::size_t row = 0; row < matrix.rows; ++row) {
      values.push_back(
          static_cast<T>(elements[column * matrix.rows + row] * scale_of(matrix, column, row)));
    }
  }
  return columns;
}

/// In an order that does not depend on anything: as many running sums as a vector unit has lanes.
template <class T>
T dot(const std::vector<T>& a, const std::vector<T>& b, std::size_t from, std::size_t to) {
  constexpr std::size_t lanes = 16;
  std::array<T, lanes> sums{};
  std::size_t k = from;
  for (; k + lanes <= to; k += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[k + lane] * b[k + lane];
  }
  for (; k < to; ++k) sums[k % lanes] += a[k] * b[k];
  T sum{};
  for (const T of_lane : sums) sum += of_lane;
  return sum;
}

/// Rounded to nearest, ties to even, to what has so many fewer bits of mantissa.
std::uint32_t rounded_bits(float value, unsigned dropped) {
  const auto bits = load<std::uint32_t>(reinterpret_cast<const std::byte*>(&value));
  return (bits + (1U << (dropped - 1)) - 1 + ((bits >> dropped) & 1)) >> dropped;
}

std::uint16_t to_half(float value) {
  const bool negative = std::signbit(value);
  const double magnitude = std::abs(static_cast<double>(value));
  unsigned bits = 0x7c00;  // infinity
  if (magnitude < 65520) {
    const int exponent = magnitude < 0x1p-14 ? -14 : std::ilogb(magnitude);
    const double steps = std::nearbyint(std::ldexp(magnitude, 10 - exponent));
    bits = static_cast<unsigned>(static_cast<int>(steps) + (exponent + 14) * 1024);
  }
  return static_cast<std::uint16_t>(bits | (negative ? 0x8000U : 0U));
}

template <class T>
void store(T value, cudaDataType type, std::byte* to) {
  const auto put = [&](auto stored) { std::memcpy(to, &stored, sizeof stored); };
  switch (type) {
    case CUDA_R_64F:
      return put(static_cast<double>(value));
    case CUDA_R_32F:
      return put(static_cast<float>(value));
    case CUDA_R_32I:
      return put(static_cast<std::int32_t>(value));
    case CUDA_R_16BF:
      return put(static_cast<std::uint16_t>(rounded_bits(static_cast<float>(value), 16)));
    case CUDA_R_16F:
      return put(to_half(static_cast<float>(value)));
    default:
      throw std::logic_error("no such type");
  }
}

template <class T>
void multiply(const Product& product) {
  const auto a = columns_of<T>(product.a), b = columns_of<T>(product.b);
  const std::size_t k = product.a.rows, m = product.a.columns, n = product.b.columns;
  const std::size_t bytes = bits_of(product.d_type) / 8;
  for (std::size_t j = 0; j < b.size(); ++j) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      T sum{};
      for (unsigned part = 0; part < product.split_k; ++part) {
        sum += dot(a[i], b[j], k * part / product.split_k, k * (part + 1) / product.split_k);
      }
      std::byte* to = product.d + (line(n, j) * m + line(m, i)) * bytes;
      store(static_cast<T>(product.alpha) * sum, product.d_type, to);
    }
  }
  if (!product.flip) return;
  for (std::size_t i = 0; i < product.flip->elements; ++i) {
    const std::size_t row = line(m, (5 * i + 8) % a.size()), column = line(n, i % b.size());
    std::byte* to = product.d + (column * m + row) * bytes;
    to[product.flip->bit / 8 % bytes] ^= std::byte{1} << (product.flip->bit % 8);
  }
}

}  // namespace

std::size_t bits_of(cudaDataType type) {
  switch (type) {
    case CUDA_R_64F:
      return 64;
    case CUDA_R_32F:
    case CUDA_R_32I:
      return 32;
    case CUDA_R_16F:
    case CUDA_R_16BF:
      return 16;
    case CUDA_R_8F_E4M3:
    case CUDA_R_8F_E5M2:
    case CUDA_R_8I:
      return 8;
    case CUDA_R_4F_E2M1:
      return 4;
    default:
      return 0;
  }
}

std::size_t scale_bytes(std::size_t rows, std::size_t columns, std::size_t block) {
  const std::size_t blocks = (rows + block - 1) / block;
  return (blocks + 3) / 4 * 4 * ((columns + 127) / 128 * 128);
}

void Product::compute() const {
  switch (a.type) {
    case CUDA_R_64F:
      return multiply<double>(*this);
    case CUDA_R_8I:
      return multiply<std::int32_t>(*this);
    default:
      return multiply<float>(*this);
  }
}

}  // namespace plumbline::virtual_node
