#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "probes/harness/metric.h"
#include "probes/harness/plan.h"

namespace plumbline {

/// An option of one probe, "--name VALUE" beside those that all probes have. With initial "false"
/// it is a flag without a value.
struct ProbeOption {
  const char* name;  ///< without dashes
  const char* meaning;
  const char* initial;
};

/// A probe: what it is for, what it measures, and how it decides on its cases.
struct Probe {
  const char* name;
  const char* purpose;
  std::span<const Metric> metrics;
  std::span<const ProbeOption> options;
  void (*plan)(Plan& plan);
  /// Of a probe that works together with its like on other hosts: does what the one that measures
  /// asks for, and returns this process's exit code. `self`: this host's names in the rows.
  /// Nothing: it is this process that measures, and `plan` is asked.
  std::optional<int> (*follow)(const std::map<std::string, std::string>& options,
                               const HostIdentity& self) = nullptr;
};

/// The whole of a probe's main(): command line, plan, Google Benchmark, rows. Returns an ExitCode:
/// ok, usage, or incomplete when a case failed or nothing ran.
int run_probe(const Probe& probe, int argc, char** argv);

}  // namespace plumbline
