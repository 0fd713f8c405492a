#pragma once

#include <ostream>

#include "probes/harness/probe.h"

namespace plumbline {

/// What a probe measures, for a person and for a program.
void describe_as_table(const Probe& probe, std::ostream& out);
void describe_as_json(const Probe& probe, std::ostream& out);

/// {"probe": ..., "cases": [{"name", "min_seconds", "max_seconds"}, ...]}: the bounds hold for the
/// sampling alone; preparing comes on top.
void plan_as_json(const Probe& probe, std::span<const Case> cases, std::ostream& out);

}  // namespace plumbline
