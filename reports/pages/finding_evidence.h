#pragma once

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// What a finding opens to: its sentence, a picture and a table of every run, the limits, the rule,
/// where the expectation comes from, and the command that measures it again.
void finding_evidence(const html::Element& into, const JudgedFinding& judged);

}  // namespace plumbline
