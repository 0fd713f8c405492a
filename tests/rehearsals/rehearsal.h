#pragma once

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/measurement.h"
#include "results/schema/run_directory.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// What a program said, and how it ended.
struct Said {
  int exit = 0;
  std::string output;
};

/// The results of one test: a folder of its own for whatever is rehearsed in it.
class Rehearsal {
 public:
  /// Runs `plumbline WORDS...` with these results.
  Said say(const std::string& words) const {
    const auto log = scratch_ / "log";
    const int status =
        std::system(fmt::format("'{}' {} --results '{}' --lock-file '{}' >'{}' 2>&1", PLUMBLINE,
                                words, results(), (scratch_ / "lock").string(), log.string())
                        .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(log)};
  }

  Said rehearse(const std::string& machine, const std::string& suite,
                const std::vector<std::string>& faults = {}) const {
    std::string words =
        fmt::format("rehearse --machine {} --suite '{}/{}.toml'", machine, SUITES, suite);
    for (const std::string& fault : faults) words += fmt::format(" --fault '{}'", fault);
    return say(words);
  }

  std::string results() const { return scratch_ / "results"; }
  RunDirectory run() const { return RunDirectory::latest(results()); }
  std::vector<Finding> findings() const { return read_all<Finding>(run().findings()); }
  std::vector<Measurement> rows() const { return read_all<Measurement>(run().measurements()); }

 private:
  ScratchFolder scratch_;
};

inline bool is_trouble(const Finding& finding) {
  return finding.verdict != Verdict::pass && finding.verdict != Verdict::unjudged;
}

/// That a suite measures a part only is said as well; it is no news about the machine.
inline bool is_left_out(const Finding& finding) {
  return finding.verdict == Verdict::missing &&
         finding.sentence.find("there is no row about it") != std::string::npos;
}

}  // namespace plumbline
