#pragma once

#include <string_view>

#include "results/schema/params.h"

namespace plumbline {

/// True if format_params(params) is `text`: what is read again and again is taken apart once.
bool is_formatted(const Params& params, std::string_view text);

}  // namespace plumbline
