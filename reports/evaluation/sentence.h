#pragma once

#include <string>
#include <string_view>

#include "reports/evaluation/timed_rule.h"
#include "results/schema/finding.h"

namespace plumbline {

/// "numa0>numa1 host_memory.triad": path, metric, and size and params where there are any.
std::string label(const Finding& f);

/// "92.1 GB/s", "8", "5 GT/s": four significant digits, whole numbers exactly.
std::string quantity(double value, const std::string& unit);

/// The value of an exact finding, in words: "8", "\"580.95.05\"".
std::string found_in(const Finding& f);

/// "20.3 %".
std::string percent(double relative);

/// "1 run", "3 runs".
std::string counted(std::size_t count, const char* noun);

/// "numa0>numa1 host_memory.triad 92.1 GB/s (91.8 to 92.6, 3 runs) is 20.3 % below 115.6 GB/s; at
/// most 5 % is allowed": what was found, what was expected, and what follows from it.
std::string timed_sentence(const Finding& f, const TimedVerdict& verdict, const Limits& limits);

/// What a finding says. There are millions of PASS: their sentence is empty as long as it says no
/// more than their values and limits do, and is put together here.
std::string sentence_of(const Finding& f);

/// At the end of what it says.
void add_to_sentence(Finding& f, std::string_view more);

}  // namespace plumbline
