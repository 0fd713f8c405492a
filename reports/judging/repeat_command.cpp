#include "reports/judging/repeat_command.h"

#include <fmt/format.h>

#include "reports/evaluation/node.h"
#include "reports/judging/pair_rows.h"

namespace plumbline {

bool is_between_hosts(const Finding& f) {
  const auto other = other_end(f.peer);
  return other && !other->host.empty() && other->host != f.host;
}

std::string repeat_command(const Finding& f) {
  if (f.case_name.empty() || f.probe.empty() || f.metric == task_metric) return {};
  if (is_between_hosts(f)) {
    return fmt::format("plumbline run fabric --hosts {},{}", f.host, other_end(f.peer)->host);
  }
  if (f.params.contains("nodes")) return {};
  std::string quoted;
  for (const char c : f.case_name) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "plumbline probe " + f.probe + " --case '" + quoted + '\'';
}

}  // namespace plumbline
