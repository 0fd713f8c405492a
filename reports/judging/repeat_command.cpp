#include "reports/judging/repeat_command.h"

namespace plumbline {

std::string repeat_command(const Finding& f) {
  if (f.case_name.empty() || f.probe.empty()) return {};
  std::string quoted;
  for (const char c : f.case_name) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "plumbline probe " + f.probe + " --case '" + quoted + '\'';
}

}  // namespace plumbline
