#pragma once

#include <math.h>

namespace plumbline {

/// The logarithm of the gamma function of a positive number. std::lgamma leaves the sign in a
/// variable of the C library, over which threads race.
inline double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

}  // namespace plumbline
