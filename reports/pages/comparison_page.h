#pragma once

#include <filesystem>
#include <string>

#include "reports/comparison/comparison.h"

namespace plumbline {

/// A comparison as one self-contained HTML file, in the manner of the report. `version` is of
/// plumbline.
std::string comparison_page(const Comparison& comparison, const std::string& version);

}  // namespace plumbline
