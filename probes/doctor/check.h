#pragma once

#include <string>
#include <vector>

#include "results/schema/names.h"

namespace plumbline {

/// `lacks`: the suites cannot do their work here until it is mended. `note`: they can, but a reader
/// of the results should know.
enum class State { ok, note, lacks };
inline constexpr auto state_names = names_of<State>("ok", "note", "lacks");

/// One thing that was looked at: what was found, why it matters, and how to mend it.
struct Check {
  std::string group;  ///< the heading it stands under: "GPU", "fabric", "memory" ...
  std::string name;
  State state = State::ok;
  std::string found;
  std::string why;   ///< empty where there is nothing to say
  std::string mend;  ///< the command or the setting; empty if nothing needs mending
};

using Checks = std::vector<Check>;

/// The worst of all; ok for none.
State worst(const Checks& checks);

/// For people: the checks under their headings, why and mend below those that are not ok, and what
/// it comes to. `host` names the host.
std::string as_text(const std::string& host, const Checks& checks);

/// The same for programs: {"host", "state", "checks": [{"group", "name", "state", "found", "why",
/// "mend"}]}.
std::string as_json(const std::string& host, const Checks& checks);

}  // namespace plumbline
