#include "probes/harness/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "results/schema/exit_code.h"
#include "results/schema/run_directory.h"

namespace plumbline {
namespace {

const char* const footer = R"(
Google Benchmark's own options work too:
  --benchmark_list_tests         the names of the cases
  --benchmark_filter=REGEX       only cases whose name matches
  --benchmark_repetitions=N      each case N times; a row each
  --benchmark_out=FILE --benchmark_out_format=json, --benchmark_format=json, ...
A case's number of iterations and its warm-up follow from its samples, not from --benchmark_min_time
and --benchmark_min_warmup_time.

Exit: 0 measured, 2 usage, 3 a case failed or nothing was measured.)";

/// The refusal of an option that would not do what it says.
void check_benchmark_argument(const std::string& argument) {
  for (const char* name : {"--benchmark_min_time", "--benchmark_min_warmup_time"}) {
    if (argument.starts_with(std::string(name) + '=')) {
      throw CLI::ValidationError(
          name, "samples decide how long a case runs: use --min-time, --max-time, --precision");
    }
  }
}

}  // namespace

bool ProbeArguments::has_benchmark_argument(const std::string& name) const {
  return std::any_of(benchmark_arguments.begin(), benchmark_arguments.end(),
                     [&](const std::string& argument) {
                       return argument == "--" + name || argument.starts_with("--" + name + '=');
                     });
}

std::optional<ProbeArguments> parse_probe_arguments(const Probe& probe, int argc,
                                                    const char* const* argv, int& exit_code) {
  ProbeArguments arguments;
  CLI::App app(probe.purpose, std::string("plumbline-probe-") + probe.name);
  app.set_version_flag("--version", PLUMBLINE_VERSION);
  app.footer(footer);

  std::string describe;
  bool plan = false;
  auto* show = app.add_option("--describe", describe,
                              "Show what is measured: unit, direction, meaning (table or json)");
  show->expected(0, 1)->default_str("table")->check(CLI::IsMember({"table", "json"}));
  app.add_flag("--plan", plan, "Show the cases and their time as JSON; measure nothing");
  app.add_option("--out", arguments.out, "Append the rows to DIR/measurements.csv")
      ->type_name("DIR");
  app.add_option("--case", arguments.cases, "Only this case, by its exact name; may be repeated")
      ->type_name("NAME");
  app.add_flag("--samples", arguments.samples, "Keep every sample in DIR/samples.csv");
  app.add_flag("--skip-done", arguments.skip_done,
               "Leave out cases that have a row of this task and attempt in DIR");
  app.add_option("--precision", arguments.precision,
                 "Stop at this relative half-width of the 99 % interval")
      ->check(CLI::Range(1e-6, 1.0));
  app.add_option("--min-time", arguments.min_seconds, "Sample a case at least so many seconds")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--max-time", arguments.max_seconds, "Sample a case at most so many seconds")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-samples", arguments.max_samples, "Draw at most so many samples")
      ->check(CLI::PositiveNumber);
  const std::string rows = "Names in the rows";
  app.add_option("--run", arguments.run, "The run; by default the name of DIR")->group(rows);
  app.add_option("--host", arguments.host, "This host; by default its own name")->group(rows);
  app.add_option("--instance-type", arguments.instance_type,
                 "Its type; by default the DMI product name")
      ->group(rows);
  app.add_option("--task", arguments.task, "The task of the suite")->group(rows);
  app.add_option("--attempt", arguments.attempt, "Counts the measurements of a case in a run")
      ->check(CLI::PositiveNumber)
      ->group(rows);

  const std::string own = std::string("Options of ") + probe.name;
  std::map<std::string, bool> flags;
  for (const ProbeOption& option : probe.options) {
    const std::string dashed = std::string("--") + option.name;
    if (option.initial == std::string_view("false")) {
      app.add_flag(dashed, flags[option.name], option.meaning)->group(own);
    } else {
      std::string& value = arguments.options[option.name] = option.initial;
      auto* added = app.add_option(dashed, value, option.meaning)->group(own);
      if (!value.empty()) added->capture_default_str();
    }
  }

  std::vector<std::string> ours;  // CLI11 takes them last to first
  for (int i = argc - 1; i > 0; --i) {
    const std::string argument = argv[i];
    if (argument.starts_with("--benchmark_") || argument.starts_with("--v=")) {
      arguments.benchmark_arguments.insert(arguments.benchmark_arguments.begin(), argument);
    } else {
      ours.push_back(argument);
    }
  }
  try {
    for (const std::string& argument : arguments.benchmark_arguments) {
      check_benchmark_argument(argument);
    }
    app.parse(ours);
    if (arguments.out.empty() && (arguments.samples || arguments.skip_done)) {
      throw CLI::RequiredError("--samples and --skip-done need --out DIR, which");
    }
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? exit_ok : exit_usage;
    return std::nullopt;
  }

  for (const auto& [name, set] : flags) arguments.options[name] = set ? "true" : "false";
  if (show->count() != 0) {
    arguments.show = describe == "json" ? ProbeArguments::Show::describe_json
                                        : ProbeArguments::Show::describe_table;
  } else if (plan) {
    arguments.show = ProbeArguments::Show::plan;
  }
  if (arguments.run.empty() && !arguments.out.empty()) {
    arguments.run = RunDirectory::at(arguments.out).name();
  }
  return arguments;
}

}  // namespace plumbline
