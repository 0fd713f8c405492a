#pragma once

#include <span>

#include "reports/html/element.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// All findings of a large report as a FleetTable with what the script needs to show the evidence
/// of one (assets/views.js), and the block "runs" with the rows behind them.
void finding_table(const html::Element& section, std::span<const JudgedFinding* const> order);

}  // namespace plumbline
