#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

/// What names the work of a measurement beside its subject and size: "dtype=bf16;m=8192".
/// Keys are ordered, so two equal sets have one spelling. Keys and values hold neither '=' nor ';'.
using Params = std::map<std::string, std::string, std::less<>>;

/// "a=1;b=2"; empty for no parameters.
std::string format_params(const Params& params);

/// The inverse; nothing if a part has no '=', an empty key, or a key comes twice.
std::optional<Params> parse_params(std::string_view text);

/// True if every pair of `part` stands in `whole`.
bool contains(const Params& whole, const Params& part);

}  // namespace plumbline
