#pragma once

namespace plumbline {

/// The z that a standard normal variable exceeds with probability `tail`: 3.4808 for 0.00025.
/// `tail` lies between 0 and 1, both excluded.
double normal_upper_quantile(double tail);

}  // namespace plumbline
