#pragma once

#include <string>
#include <string_view>

#include "results/schema/measurement.h"

namespace plumbline {

/// "host_memory" of "host_memory.triad": metrics of one family share a probe and its noise.
std::string_view family_of(std::string_view metric);

/// The run-to-run sigma of a metric family, relative, where no baseline says it. These are priors
/// from the literature and from shared virtual machines, wide rather than narrow; learning a
/// baseline replaces them.
double default_spread(std::string_view metric, Better better);

/// The noise of one measurement within its run, as the variance of its median relative to the
/// median. From the spread of the samples (1.57 sigma_w^2 / n) or from the half-width of the
/// interval, whichever is larger: the interval knows about correlated samples. A run that was
/// unsteady or bimodal counts as one sample; one without any interval is as noisy as `spread`.
double variance_within(const Measurement& m, double spread);

}  // namespace plumbline
