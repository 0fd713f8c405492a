#pragma once

#include <cstdint>
#include <string>

namespace plumbline {

/// Numbers at the end of a text, as printf writes them. There are tens of millions in a large
/// fleet's tables.
void append_integer(std::uint64_t value, std::string& text);

/// `digits` significant digits as %g has them, 1 to 6 of them: 0.0125, 1.5e-07.
void append_significant(double value, int digits, std::string& text);

/// At most `decimals` digits behind the point, 0 to 6, and no 0 at their end: 12.3, 12.
void append_decimals(double value, int decimals, std::string& text);

}  // namespace plumbline
