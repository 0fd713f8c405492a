#pragma once

#include <string>

#include "reports/html/element.h"

namespace plumbline {

/// What stands in front of a page's content: its title, its styles, and the policy that lets
/// nothing run but the scripts of this program.
void page_head(const html::Element& html, const std::string& version, const std::string& title);

}  // namespace plumbline
