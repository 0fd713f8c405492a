#pragma once

#include <optional>
#include <span>

#include "results/schema/names.h"

namespace plumbline::localisation {

/// What is known of a class of paths before they are measured.
struct KnownClass {
  std::optional<double> reference;  ///< what a healthy path should reach, from a baseline
  double sigma = 0;                 ///< noise of one measurement, relative
  /// Whether the reference is of machines like these. One that is not, and that no path reaches,
  /// does not say which of them is slow.
  bool is_learned = true;
};

enum class ReferenceBasis { middle, upper_quartile, known, guessed };
inline constexpr auto reference_basis_names = names_of<ReferenceBasis>(
    "the median of the class", "the upper quartile of the class", "the baseline",
    "the upper quartile of a class that is too small to know it");

/// What a healthy path of a class reaches, and its noise; both as logarithms.
struct ClassReference {
  double reference = 0;
  double sigma = 0;
  ReferenceBasis basis = ReferenceBasis::known;
};

namespace reference {
inline constexpr std::size_t many = 400;     ///< from so many on, a class knows its own noise
inline constexpr std::size_t few = 20;       ///< fewer do not know their own level
inline constexpr double least_sigma = 1e-4;  ///< no measurement is better
}  // namespace reference

/// From the logarithms of what the paths of one class reached. Of many: their median, and the noise
/// from how far the faster half lies above it, which no slow minority changes; where half of them
/// may be slow (a leaf of four), from the fastest quarter. Of less: the upper quartile taken back
/// by 0.6745 sigma, which is the median as long as fewer than half are slow, and the known noise.
/// Of few: what is known, else as of less, which is said. Nothing of none.
std::optional<ClassReference> reference_of(std::span<const double> logs, const KnownClass& known);

}  // namespace plumbline::localisation
