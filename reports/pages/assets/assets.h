#pragma once

#include <span>

#include "reports/html/element.h"

namespace plumbline {

/// The style sheets and scripts of the report, each a file of this folder, in the order in which
/// they take effect. A new one is its name in the CMakeLists.txt of reports/pages. The first script
/// stands behind the first section, the others behind all they are about.
std::span<const html::Asset> report_styles();
std::span<const html::Asset> report_scripts();

}  // namespace plumbline
