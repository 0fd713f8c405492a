#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/efa/pattern.h"
#include "probes/efa/session.h"

namespace plumbline::efa {

/// What is sent, how much of it at once, and for how long.
struct StreamSettings {
  Operation operation = Operation::write;
  std::uint64_t bytes = std::uint64_t{1} << 20;
  std::uint64_t window = 0;       ///< messages; 0: by their size
  std::uint64_t working_set = 0;  ///< bytes of memory to go through; 0: one message's
  double seconds = 2;
  double interval_s = 0.1;
  double warm_up_s = 0.5;
  double stall_s = 5;
};

/// Messages under way at once: twice what a network of 400 Gb/s and 20 us holds, and not less than
/// two.
std::uint64_t window_for(std::uint64_t bytes);

/// What came of one flow.
struct FlowResult {
  std::string fault;                ///< empty: it worked
  std::optional<WrongBytes> wrong;  ///< in what arrived; nothing: nobody looked
  std::vector<double> gb_per_s;     ///< of each interval, by the end that knows what arrived
  double share = 0;                 ///< bytes that counted, of all that met at its end
  std::string note;
};

/// Lets all flows of a layout stream at once; all are under way before any is counted, and none
/// ends before all are counted. One result for each flow.
std::vector<FlowResult> run_streams(Crew& crew, const Layout& layout,
                                    const StreamSettings& settings, const SessionSettings& ends);

}  // namespace plumbline::efa
