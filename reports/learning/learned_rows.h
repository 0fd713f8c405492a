#pragma once

#include <vector>

#include "reports/learning/learn.h"
#include "reports/learning/run_noise.h"

namespace plumbline {

/// Things that differ in their subject alone: gpu0 ... gpu7.
using ThingGroup = std::vector<const Thing*>;

/// One row for the group if its subjects agree, else one for each.
void learn_timed(const ThingGroup& group, const RunNoise& noise, const Observations& all,
                 Lesson& lesson);
void learn_fact(const ThingGroup& group, const Observations& all, Lesson& lesson);

/// A row about the things with everything but the expectation: of the subject if it is one, else of
/// the class.
Baseline row_about(const ThingGroup& group, const Observations& all);

/// "host_memory.triad of numa0>numa0", for notes.
std::string named(const Baseline& b);

}  // namespace plumbline
