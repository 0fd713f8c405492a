#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "probes/harness/probe.h"

namespace plumbline {

/// What was asked of a probe on its command line.
struct ProbeArguments {
  enum class Show { nothing, describe_table, describe_json, plan };

  std::string out;  ///< folder of the tables; empty: rows are shown only
  std::string run;
  std::string host;
  std::string instance_type;
  std::string task;
  std::uint64_t attempt = 1;
  std::vector<std::string> cases;  ///< exact names; empty: all
  bool samples = false;
  bool skip_done = false;
  Show show = Show::nothing;

  std::optional<double> precision;  ///< these four override what the cases ask for
  std::optional<double> min_seconds;
  std::optional<double> max_seconds;
  std::optional<std::uint64_t> max_samples;

  std::map<std::string, std::string> options;    ///< the probe's own, by name
  std::vector<std::string> benchmark_arguments;  ///< --benchmark_*, as given

  bool has_benchmark_argument(const std::string& name) const;
};

/// Parses a command line; help and usage errors are printed, and the exit code to end with returned
/// in `exit_code`.
std::optional<ProbeArguments> parse_probe_arguments(const Probe& probe, int argc,
                                                    const char* const* argv, int& exit_code);

}  // namespace plumbline
