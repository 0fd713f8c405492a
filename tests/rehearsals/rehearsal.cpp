#include "tests/rehearsals/rehearsal.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>

namespace plumbline {

Said Rehearsal::say(const std::string& words) const {
  const auto log = scratch_ / "log";
  const int status =
      std::system(fmt::format("'{}' {} --results '{}' --lock-file '{}' >'{}' 2>&1", PLUMBLINE,
                              words, results(), (scratch_ / "lock").string(), log.string())
                      .c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(log)};
}

Said Rehearsal::rehearse(const std::string& machine, const std::string& suite,
                         const std::vector<std::string>& faults) const {
  std::string words =
      fmt::format("rehearse --machine {} --suite '{}/{}.toml'", machine, SUITES, suite);
  for (const std::string& fault : faults) words += fmt::format(" --fault '{}'", fault);
  return say(words);
}

bool is_trouble(const Finding& finding) {
  return finding.verdict != Verdict::pass && finding.verdict != Verdict::unjudged;
}

bool is_left_out(const Finding& finding) {
  return finding.verdict == Verdict::missing &&
         finding.sentence.find("there is no row about it") != std::string::npos;
}

}  // namespace plumbline
