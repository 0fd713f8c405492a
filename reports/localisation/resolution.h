#pragma once

#include <cstddef>

namespace plumbline::localisation {

/// What a number of measurements of each suspect can tell apart.
struct Resolution {
  double gate = 0;   ///< deficits below are within the differences of healthy nodes
  double least = 0;  ///< deficits above are found
};

/// gate = 4.5 sqrt(sigma_nodes^2 + sigma_paths^2 / measurements), at least 1.5 %;
/// least = gate + 3.5 sigma_paths / sqrt(measurements). `sigma_paths` is the noise of one path,
/// `sigma_nodes` how much healthy nodes differ, both relative; `measurements` is above 0.
Resolution resolution_of(double sigma_paths, double sigma_nodes, std::size_t measurements);

/// How many measurements of each suspect it takes to find deficits of `least` with this gate; 0 if
/// no number does.
std::size_t measurements_for(double least, double gate, double sigma_paths);

}  // namespace plumbline::localisation
