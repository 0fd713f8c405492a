#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/names.h"

namespace plumbline::host_memory {

/// The instruction set that the kernels of one table are written in.
enum class Isa { scalar, neon, avx2, avx512 };
inline constexpr auto isa_names = names_of<Isa>("scalar", "neon", "avx2", "avx512");

/// What one core does to its slice of the arrays: `count` elements of 8 bytes. Slices may begin at
/// any element. "nt" kernels use non-temporal stores, which go to memory past the caches without
/// reading the line first, and return when these stores have left the core.
struct Kernels {
  Isa isa;
  /// The sum, modulo 2^64, of the elements' bit patterns.
  std::uint64_t (*read)(const double* source, std::size_t count);
  void (*write)(double* target, std::size_t count, double value);
  void (*write_nt)(double* target, std::size_t count, double value);
  void (*copy)(double* target, const double* source, std::size_t count);
  void (*copy_nt)(double* target, const double* source, std::size_t count);
  /// target = left + scale * right, element by element.
  void (*triad)(double* target, const double* left, const double* right, std::size_t count,
                double scale);
  void (*triad_nt)(double* target, const double* left, const double* right, std::size_t count,
                   double scale);
};

/// The tables that this CPU can run, from the narrowest vectors to the widest.
std::vector<Isa> available_isas();

/// The table of an available instruction set. Throws std::invalid_argument that names those which
/// this CPU has, if `isa` is not among them.
const Kernels& kernels(Isa isa);

/// "auto" gives the widest available one. Throws std::invalid_argument for a word that is no
/// instruction set, or for one that this CPU lacks.
Isa choose_isa(const std::string& word);

}  // namespace plumbline::host_memory
