#include "probes/gpu_compute/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "probes/gpu_compute/numbers.h"

namespace plumbline::gpu_compute {
namespace {

constexpr std::size_t piece_bytes = 16;
constexpr std::size_t sums_of_hash = 32;
constexpr std::size_t lots = 64;
constexpr std::uint64_t seed = 0x706c756d62ULL;
constexpr std::size_t host_bytes = std::size_t{1} << 20;

std::size_t pieces_of_column(std::size_t edge, std::size_t bits) {
  return edge * bits / 8 / piece_bytes;
}

}  // namespace

Bench::Bench(std::shared_ptr<const Workbench> workbench, const cublaslt::Library& library,
             const Precision& precision, std::size_t edge)
    : workbench_(std::move(workbench)),
      precision_(precision),
      edge_(edge),
      gemm_(library, workbench_->context, precision, edge),
      sums_(workbench_->context, most_hashes * sums_of_hash * sizeof(std::uint64_t)),
      host_(workbench_->context, host_bytes) {
  for (std::size_t set = 0; set < sets; ++set) {
    operands_.emplace_back(library, workbench_->context, precision, edge);
  }
}

void Bench::fill_matrix(cuda::DeviceAddress to, cublaslt::DataType type, std::uint64_t of_matrix) {
  const RandomFormat format = random_format(precision_, type);
  workbench_->code.kernel("fill_matrix")
      .launch(workbench_->stream, workbench_->grid(), to, of_matrix, format.element_bits,
              format.exponent_bits, format.mantissa_bits, format.empty_bits, format.top_exponent,
              pieces_of_column(edge_, precision_.bits), edge_);
}

void Bench::fill(Contents contents) {
  const auto& call = workbench_->context.call();
  const std::size_t bytes = edge_ * edge_ * precision_.bits / 8;
  for (std::size_t set = 0; set < sets; ++set) {
    const Operands& operands = operands_[set];
    if (contents == Contents::zeros) {
      call.fill_bytes(operands.a(), 0, bytes, workbench_->stream.handle());
      call.fill_bytes(operands.b(), 0, bytes, workbench_->stream.handle());
    } else {
      fill_matrix(operands.a(), precision_.a, seed + 4 * set);
      fill_matrix(operands.b(), precision_.b, seed + 4 * set + 1);
    }
    if (precision_.block != 0) {
      const ScaleFormat format = scale_format(precision_);
      const std::size_t pieces = scale_bytes(precision_, edge_) / piece_bytes;
      std::uint64_t of_scales = seed + 4 * set + 2;
      for (const cuda::DeviceAddress to : {operands.a_scales(), operands.b_scales()}) {
        workbench_->code.kernel("fill_scales")
            .launch(workbench_->stream, workbench_->grid(), to, of_scales++, format.lowest,
                    format.span, pieces);
      }
    }
    // A product that does nothing is found out: no result is made of these.
    call.fill_bytes(operands.d(), 0, edge_ * edge_ * precision_.result_bytes,
                    workbench_->stream.handle());
  }
  workbench_->stream.synchronize();
  next_set_ = 0;
}

void Bench::queue(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    gemm_.queue(workbench_->stream, algorithm_, operands_[next_set_]);
    next_set_ = (next_set_ + 1) % sets;
  }
}

double Bench::seconds(std::size_t count) {
  return workbench_->timed([&] { queue(count); });
}

void Bench::queue_hash(std::size_t set) {
  if (hashes_ == most_hashes) throw std::logic_error("too many hashes before they were taken");
  const cuda::DeviceAddress sums = sums_.address() + hashes_ * sums_of_hash * sizeof(std::uint64_t);
  workbench_->context.call().fill_bytes(sums, 0, sums_of_hash * sizeof(std::uint64_t),
                                        workbench_->stream.handle());
  workbench_->code.kernel("hash_matrix")
      .launch(workbench_->stream, workbench_->grid(), operands_[set].d(), sums,
              pieces_of_column(edge_, std::size_t{8} * precision_.result_bytes), edge_);
  ++hashes_;
}

std::vector<std::uint64_t> Bench::take_hashes() {
  std::vector<std::uint64_t> hashes;
  const std::size_t bytes = hashes_ * sums_of_hash * sizeof(std::uint64_t);
  const std::vector<std::byte> data = fetch(sums_.address(), bytes);
  std::vector<std::uint64_t> sums(hashes_ * sums_of_hash);
  std::copy(data.begin(), data.end(), std::as_writable_bytes(std::span(sums)).begin());
  for (std::size_t hash = 0; hash < hashes_; ++hash) {
    const auto first = sums.begin() + static_cast<std::ptrdiff_t>(hash * sums_of_hash);
    hashes.push_back(std::accumulate(first, first + sums_of_hash, std::uint64_t{0}));
  }
  hashes_ = 0;
  return hashes;
}

std::vector<std::byte> Bench::fetch(cuda::DeviceAddress from, std::size_t bytes) {
  std::vector<std::byte> data;
  data.reserve(bytes);
  while (data.size() < bytes) {
    const std::size_t piece = std::min(bytes - data.size(), host_.bytes());
    workbench_->context.call().copy_to_host(host_.data(), from + data.size(), piece,
                                            workbench_->stream.handle());
    workbench_->stream.synchronize();
    const auto arrived = host_.as<std::byte>().first(piece);
    data.insert(data.end(), arrived.begin(), arrived.end());
  }
  return data;
}

std::vector<std::uint8_t> Bench::scales_of(cuda::DeviceAddress scales, std::size_t column) {
  std::vector<std::uint8_t> found;
  if (precision_.block == 0) return found;
  const std::size_t blocks = (edge_ + precision_.block - 1) / precision_.block;
  // The band of 128 columns that this one belongs to lies in one piece.
  const std::size_t band = column / 128 * 128;
  const std::size_t from = scale_place(band, 0, blocks);
  const std::vector<std::byte> data = fetch(scales + from, (blocks + 3) / 4 * 512);
  for (std::size_t block = 0; block < blocks; ++block) {
    found.push_back(static_cast<std::uint8_t>(data[scale_place(column, block, blocks) - from]));
  }
  return found;
}

SpotCheck Bench::spot_check(std::size_t set) {
  const Operands& operands = operands_[set];
  const cuda::DeviceMemory drawn(workbench_->context, lots * sizeof(std::uint64_t));
  workbench_->context.call().fill_bytes(drawn.address(), 0xff, drawn.bytes(),
                                        workbench_->stream.handle());
  workbench_->code.kernel("draw_elements")
      .launch(workbench_->stream, workbench_->grid(), drawn.address(), std::uint64_t{seed}, edge_,
              edge_);
  const std::vector<std::byte> data = fetch(drawn.address(), drawn.bytes());
  std::array<std::uint64_t, lots> elements{};
  std::copy(data.begin(), data.end(), std::as_writable_bytes(std::span(elements)).begin());

  SpotCheck check;
  const std::size_t column_bytes = edge_ * precision_.bits / 8;
  for (const std::uint64_t lot : elements) {
    if (lot == ~std::uint64_t{0}) continue;
    const std::size_t place = lot & 0xffffffffU;
    const std::size_t row = place % edge_, column = place / edge_;
    const auto a = fetch(operands.a() + row * column_bytes, column_bytes);
    const auto b = fetch(operands.b() + column * column_bytes, column_bytes);
    const auto a_scales = scales_of(operands.a_scales(), row);
    const auto b_scales = scales_of(operands.b_scales(), column);
    const auto result =
        fetch(operands.d() + place * precision_.result_bytes, precision_.result_bytes);
    const double found = element(precision_.d, result, 0);
    const Expected want = expected(precision_, edge_, {a, a_scales}, {b, b_scales});
    ++check.checked;
    if (std::abs(found - want.value) <= want.tolerance) continue;  // NaN is wrong too
    if (check.wrong++ == 0) {
      check.first_wrong = fmt::format("row {} column {}: found {:.9g}, expected {:.9g} +- {:.2g}",
                                      row, column, found, want.value, want.tolerance);
    }
  }
  return check;
}

}  // namespace plumbline::gpu_compute
