#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/names.h"
#include "suites/description/duration.h"

namespace plumbline {

/// What a failed task means for the tasks behind it.
enum class OnFailure { keep_going, stop };
inline constexpr auto on_failure_names = names_of<OnFailure>("continue", "stop");

/// On which hosts a step's probe works together: each by itself, pairs of them in rounds, groups of
/// 2, 4, 8 ... of them. Of a run on one host only the first kind is a part.
enum class Together { alone, pairs, groups };
inline constexpr auto together_names = names_of<Together>("node", "pairs", "groups");

/// One probe with its options, as a suite asks for it.
struct Step {
  std::string name;
  std::string probe;                 ///< plumbline-probe-<probe>
  std::vector<std::string> options;  ///< "--precision=0.01": what the table `options` comes to
  std::string filter;                ///< --benchmark_filter; empty: all cases
  std::vector<std::string> needs;    ///< steps that must have run to their end before
  Seconds deadline{0};
  std::uint64_t repeats = 1;
  bool samples = false;
  OnFailure on_failure = OnFailure::keep_going;
  Together on = Together::alone;
  std::uint64_t partners = 0;   ///< of a step on pairs: so many for each host; 0: as many as there
                                ///< are rounds
  std::string suspects_filter;  ///< of a step on pairs: `filter` where suspects are tested again
  std::size_t line = 0;         ///< where `probe` stands in the file
};

/// Which probes, in what order, for how long: one TOML file.
struct Suite {
  std::filesystem::path file;
  std::string name;
  std::string purpose;
  std::vector<Step> steps;  ///< in the order in which they run: a step comes behind what it needs
};

/// Reads and checks a suite; suites/README.md describes the format. Throws FileError with the line,
/// what was found and what was expected.
Suite read_suite(const std::filesystem::path& file);

/// The names of a suite's steps of all other kinds.
std::vector<std::string> steps_not_on(const Suite& suite, Together on);

/// Takes steps out of a suite; no other step needs them any more.
void leave_out(Suite& suite, const std::vector<std::string>& steps);

/// The file of a suite given by name ("smoke", looked up in `suites`) or by path ("my/smoke.toml").
/// Throws FileError that lists the names there are.
std::filesystem::path find_suite(const std::string& name_or_path,
                                 const std::filesystem::path& suites);

/// The names of the suites in a folder, sorted.
std::vector<std::string> suite_names(const std::filesystem::path& suites);

/// Sixteen hexadecimal digits of a file's content (FNV-1a): says whether two runs used one suite.
std::string content_hash(const std::filesystem::path& file);

}  // namespace plumbline
