#pragma once

#include <filesystem>
#include <string>

#include "reports/pages/evidence.h"

namespace plumbline {

/// The report as one self-contained HTML file: no request leaves it, and it reads without scripts.
std::string report_page(const Evidence& evidence);

/// Writes report_page() beside `file` and renames it into place, so that a reader never meets half
/// a report. Throws std::system_error.
void write_report_page(const Evidence& evidence, const std::filesystem::path& file);

}  // namespace plumbline
