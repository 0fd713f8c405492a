#pragma once

#include "reports/html/element.h"

namespace plumbline {

extern const html::Asset report_css;  ///< report.css
extern const html::Asset report_js;   ///< report.js

}  // namespace plumbline
