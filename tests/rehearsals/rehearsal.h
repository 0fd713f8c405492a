#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/measurement.h"
#include "results/schema/run_directory.h"
#include "tests/running.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// The results of one test: a folder of its own for whatever is rehearsed in it.
class Rehearsal {
 public:
  /// Runs `plumbline WORDS...` with these results.
  Said say(const std::string& words) const;
  /// Runs a suite of tests/rehearsals/suites on a machine with faults.
  Said rehearse(const std::string& machine, const std::string& suite,
                const std::vector<std::string>& faults = {}) const;
  /// The same where something never ends. The suites wait for what they start as long as a machine
  /// with much else to do may need; here that is cut to `hang_limit_s`, however it is called there.
  Said rehearse_hang(const std::string& machine, const std::string& suite,
                     const std::vector<std::string>& faults) const;
  static constexpr int hang_limit_s = 3;

  std::string results() const { return scratch_ / "results"; }
  RunDirectory run() const { return RunDirectory::latest(results()); }
  std::vector<Finding> findings() const { return read_all<Finding>(run().findings()); }
  std::vector<Measurement> rows() const { return read_all<Measurement>(run().measurements()); }

 private:
  Said run_suite(const std::string& machine, const std::filesystem::path& suite,
                 const std::vector<std::string>& faults) const;

  ScratchFolder scratch_;
};

bool is_trouble(const Finding& finding);

/// That a suite measures a part only is said as well; it is no news about the machine.
bool is_left_out(const Finding& finding);

}  // namespace plumbline
