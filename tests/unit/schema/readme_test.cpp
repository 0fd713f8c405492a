// README.md says the exit codes that exit_code.h gives.

#include <gmock/gmock.h>

#include <fstream>
#include <vector>

#include "results/schema/exit_code.h"

namespace plumbline {
namespace {

/// The numbers in the first column of the table whose heading begins with "| exit code |".
std::vector<std::string> exit_codes_of_readme() {
  std::ifstream page(PLUMBLINE_SOURCE_DIR "/README.md");
  std::vector<std::string> codes;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| exit code |")) {
      inside = true;
    } else if (!line.starts_with('|')) {
      inside = false;
    } else if (inside && !line.starts_with("|-")) {
      codes.push_back(line.substr(2, line.find(" |") - 2));
    }
  }
  return codes;
}

TEST(Readme, ListsTheExitCodes) {
  std::vector<std::string> expected;
  for (const ExitCode code : {exit_ok, exit_rejected, exit_usage, exit_incomplete,
                              exit_harness_suspect, exit_interrupted}) {
    expected.push_back(std::to_string(code));
  }
  EXPECT_EQ(exit_codes_of_readme(), expected);
}

}  // namespace
}  // namespace plumbline
