#pragma once

#include <optional>
#include <span>

namespace plumbline {

/// The sample standard deviation; 0 of fewer than two values.
double standard_deviation(std::span<const double> values);

/// The run-to-run sigma behind the differences of re-measured pairs, x1 - x2 of the same thing:
/// 1.4826 * median|x1 - x2| / sqrt(2). Nothing without a pair.
std::optional<double> sigma_of_pairs(std::span<const double> differences);

/// A sigma from few values is itself uncertain: it is drawn towards what is known of its class.
/// Returns sqrt((d0 * prior^2 + freedom * observed^2) / (d0 + freedom)).
double shrunk_sigma(double observed, double freedom, double prior, double d0 = 20);

/// shrunk_sigma(), unless `observed` is more than 2.5 times `prior`: chance does that in 1 of 80
/// cases with one degree of freedom and hardly ever with more, so then the class is the wrong one
/// and what was observed holds.
double updated_sigma(double observed, double freedom, double prior, double d0 = 20);

}  // namespace plumbline
