#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "reports/localisation/paths.h"

namespace plumbline::localisation {

/// The numbers of the search. The defaults are for pairs of nodes.
struct PeelingRule {
  double most_per_path = 6;     ///< C: so much a single path says at most, so none convicts alone
  double least_offset = 0.035;  ///< a_min: smaller slowness is not looked for; of a logarithm
  double least_gain = 0;        ///< g_min: what an element must explain beyond its prior odds
  double told_apart = 4.6;      ///< an element that explains less than this worse is a rival
};

/// An element that is slow: paths that cross it carry exp(offset) of what they should.
struct Bottleneck {
  std::uint32_t element = 0;
  double offset = 0;  ///< log of its capacity, below 0
  double gain = 0;    ///< log of the posterior odds that it is slow, all others being as found
  /// Elements that were found good and, were this one good, would explain nearly as much.
  /// Ascending.
  std::vector<std::uint32_t> rivals;

  bool operator==(const Bottleneck&) const = default;
};

/// Which few slow elements explain the paths: a path is as fast as the slowest element that it
/// crosses. The maximum a posteriori of
///   J(a) = sum over paths of min((r - m)^2 / 2 sigma^2, C) + sum over slow elements of prior_odds,
/// m the lowest offset on the path or 0, is approached by peeling: the element that explains most
/// is taken, then the one that explains most of the rest, until none explains more than its prior
/// odds; then each is asked again against all others.
///
/// `prior_odds` has one number for each element: log((1 - f) / f) where a share f is slow. The
/// result is in order of the elements, and the same bit for bit whatever the order of the paths.
std::vector<Bottleneck> find_bottlenecks(const Paths& paths, const Crossings& crossings,
                                         std::span<const double> prior_odds,
                                         const PeelingRule& rule = {});

/// What each path should be with these bottlenecks: the lowest of their offsets, or 0.
std::vector<double> explained(const Paths& paths, const Crossings& crossings,
                              std::span<const Bottleneck> bottlenecks);

}  // namespace plumbline::localisation
