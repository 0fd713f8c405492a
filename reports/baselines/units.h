#pragma once

#include <string>
#include <string_view>

namespace plumbline {

/// True for the units that metrics are written in.
bool is_known_unit(std::string_view unit);

/// "GB/s, MB/s, ...": for messages.
std::string known_units();

/// True where a value differs a little from one machine to the next of its kind without anything
/// being wrong: amounts of memory and storage.
bool is_amount_of_bytes(std::string_view unit);

}  // namespace plumbline
