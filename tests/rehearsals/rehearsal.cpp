#include "tests/rehearsals/rehearsal.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <regex>

namespace plumbline {

Said Rehearsal::say(const std::string& words) const {
  const auto log = scratch_ / "log";
  const int status =
      std::system(fmt::format("'{}' {} --results '{}' --lock-file '{}' >'{}' 2>&1", PLUMBLINE,
                              words, results(), (scratch_ / "lock").string(), log.string())
                      .c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(log)};
}

Said Rehearsal::run_suite(const std::string& machine, const std::filesystem::path& suite,
                          const std::vector<std::string>& faults) const {
  std::string words = fmt::format("rehearse --machine {} --suite '{}'", machine, suite.string());
  for (const std::string& fault : faults) words += fmt::format(" --fault '{}'", fault);
  return say(words);
}

Said Rehearsal::rehearse(const std::string& machine, const std::string& suite,
                         const std::vector<std::string>& faults) const {
  return run_suite(machine, fmt::format("{}/{}.toml", SUITES, suite), faults);
}

Said Rehearsal::rehearse_hang(const std::string& machine, const std::string& suite,
                              const std::vector<std::string>& faults) const {
  static const std::regex limits("(wait-limit|patience|start-time) = [0-9]+");
  const auto file = scratch_ / "suite.toml";
  std::ofstream(file) << std::regex_replace(read_file(fmt::format("{}/{}.toml", SUITES, suite)),
                                            limits, fmt::format("$1 = {}", hang_limit_s));
  return run_suite(machine, file, faults);
}

bool is_trouble(const Finding& finding) {
  return finding.verdict != Verdict::pass && finding.verdict != Verdict::unjudged;
}

bool is_left_out(const Finding& finding) {
  return finding.verdict == Verdict::missing &&
         finding.sentence.find("there is no row about it") != std::string::npos;
}

}  // namespace plumbline
