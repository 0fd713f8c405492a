#pragma once

#include <span>
#include <string>

#include "results/schema/finding.h"
#include "suites/acceptance/accept.h"

namespace plumbline {

/// What a scheduled run says when not all is well: one paragraph, at most 78 columns wide, that can
/// be understood in a mail: which host, the verdict, the worst findings, what did not run, and
/// where the evidence lies.
std::string verdict_paragraph(const RunRecord& record, const Acceptance& end,
                              std::span<const Finding> findings,
                              std::span<const NodeVerdict> nodes);

/// Breaks text at blanks into lines of at most `width` characters; a longer word keeps its line.
std::string wrapped(const std::string& text, std::size_t width);

}  // namespace plumbline
