#pragma once

#include <vector>

#include "reports/pages/evidence.h"

namespace plumbline {

/// All verdicts as a reader wants them: what needs attention first, what nothing is expected of
/// last.
inline constexpr Verdict reading_order[] = {Verdict::fail, Verdict::missing, Verdict::inconclusive,
                                            Verdict::warn, Verdict::pass,    Verdict::unjudged};

/// True for what needs attention.
bool needs_attention(Verdict verdict);

/// The findings in reading order; those that need attention by how far they are from what is
/// expected, the others as they were judged.
std::vector<const JudgedFinding*> in_reading_order(const Evidence& evidence);

}  // namespace plumbline
