#pragma once

#include <optional>

namespace plumbline::efa {

/// A process of its own that holds one end of a rail, so that a crash inside libfabric is a result.
/// It obeys the orders that come over the socket `descriptor`: "offers", "device", "open", "allot",
/// "connect", then "stream" or "ping_pong", then "end". What goes wrong is answered by "failed".
/// Returns the exit code of the process.
int serve_rail(int descriptor);

/// The descriptor, if these are the arguments of such a process.
std::optional<int> rail_worker_descriptor(int argc, const char* const* argv);
inline constexpr const char* rail_worker_option = "--rail-worker";

}  // namespace plumbline::efa
