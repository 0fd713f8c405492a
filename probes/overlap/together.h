#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "probes/gpu/ranks.h"
#include "probes/harness/plan.h"
#include "probes/vendor/cublaslt.h"

namespace plumbline::overlap {

/// What every GPU does at once: products of square matrices of bf16 in one stream, all_reduce of
/// float in another one.
struct Load {
  std::size_t edge = 8192;
  std::uint64_t bytes = std::uint64_t{256} << 20;
  unsigned samples = 12;

  double operations() const;          ///< multiplications and additions of a product
  double bus_bytes(int ranks) const;  ///< of an all_reduce, as nccl-tests counts
};

/// What the products of one GPU did.
struct OfGpu {
  std::vector<double> alone_s, together_s;  ///< of one product
  unsigned products_differing = 0;  ///< results that are others beside all_reduce than alone
  std::uint64_t sums_wrong = 0;     ///< numbers of the last all_reduce
};

/// What the whole node did.
struct Together {
  std::vector<OfGpu> gpus;
  std::vector<double> all_reduce_alone_s, all_reduce_together_s;  ///< of the slowest rank
};

/// Measures each alone, then both at once, in turns. `products` is the device code that fills and
/// hashes matrices. Throws VendorError, Skip or RanksStuck.
Together run(const Ranks& ranks, const cublaslt::Library& library,
             std::span<const std::byte> products, const Load& load);

}  // namespace plumbline::overlap
