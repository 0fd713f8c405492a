#pragma once

#include <functional>
#include <optional>

namespace plumbline {

/// What `function` returns, called in a child process that is killed when it takes too long;
/// nothing if it did not return in time or did not return at all. For calls that may never come
/// back; what else they do is lost with the child. Call it before the first thread.
std::optional<int> call_within(double seconds, const std::function<int()>& function);

}  // namespace plumbline
