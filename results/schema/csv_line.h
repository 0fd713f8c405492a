#pragma once

#include <string>

namespace plumbline {

/// csv_line() at the end of other lines: for tables of millions of them.
template <class Record>
void append_csv_line(const Record& record, std::string& text);

}  // namespace plumbline
