#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// UTC with milliseconds: "2026-11-24T10:33:35.123Z".
std::string format_time(WallTime time);

/// The inverse of format_time.
std::optional<WallTime> parse_time(std::string_view text);

/// The same instant as it stands in the name of a run: "20261124T103335Z".
std::string format_time_for_name(WallTime time);

WallTime wall_now();

}  // namespace plumbline
