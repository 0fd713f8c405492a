#pragma once

namespace plumbline {

/// P(T <= t) of Student's t with `freedom` degrees of freedom, above 0, whole or not.
double student_t_lower_tail(double t, double freedom);

}  // namespace plumbline
