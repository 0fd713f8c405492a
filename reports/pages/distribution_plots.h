#pragma once

#include "reports/html/element.h"
#include "reports/pages/metric_distribution.h"

namespace plumbline {

/// The values of a metric in one line, relative to their median, on a scale that is the same for
/// all metrics (+-25 %; what lies outside is an arrow): each value where there are few; else the
/// middle half as a bar and nearly all of them as a line. Behind them what the baseline allows, and
/// in colour what lies apart.
void strip_plot(const html::Element& into, const MetricDistribution& distribution);
/// The scale of these plots, for the head of a list of them.
void strip_scale(const html::Element& into);

/// Which share of the values is at most how large, with what the baseline expects and allows, the
/// ceiling, and the hosts that lie apart by name.
void cumulative_plot(const html::Element& into, const MetricDistribution& distribution);

}  // namespace plumbline
