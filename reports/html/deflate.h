#pragma once

#include <string>
#include <string_view>

namespace plumbline::html {

/// The bytes compressed as raw deflate (RFC 1951): what DecompressionStream('deflate-raw') takes.
std::string deflated(std::string_view bytes);

}  // namespace plumbline::html
