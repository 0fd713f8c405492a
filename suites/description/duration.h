#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

using Seconds = std::chrono::duration<double>;

/// "120s", "10m", "1.5h": a positive number and s, m or h. Nothing for anything else.
std::optional<Seconds> parse_duration(std::string_view text);

/// As a person says it: "0.8 s", "42 s", "2 min 5 s", "1 h 3 min".
std::string format_duration(Seconds duration);

}  // namespace plumbline
