#include "tests/fabric/fleet.h"

namespace plumbline {

const std::filesystem::path fabric_script = PLUMBLINE_FABRIC_RIG;

std::string missing_for_fabric() { return ScriptedRig::missing(fabric_script, {"--ssh"}); }

std::vector<std::string> fabric_options(int hosts, double rail_rate) {
  std::string names = "head";
  for (int host = 1; host <= hosts; ++host) names += ",n" + std::to_string(host);
  const std::string rate = std::to_string(static_cast<int>(rail_rate)) + "mbit";
  return {"--names", names, "--rails", "2", "--rate", rate, "--ssh"};
}

std::string sender_of(const Measurement& row) { return row.host + '/' + row.subject; }
const std::string& receiver_of(const Measurement& row) { return row.peer; }
bool concerns(const Measurement& row, const std::string& end) {
  return sender_of(row) == end || receiver_of(row) == end;
}

}  // namespace plumbline
