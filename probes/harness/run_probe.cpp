#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "probes/harness/case_run.h"
#include "probes/harness/command_line.h"
#include "probes/harness/console.h"
#include "probes/harness/describe.h"
#include "probes/harness/probe.h"
#include "probes/harness/row_sink.h"
#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"

namespace plumbline {
namespace {

/// The cases that this command line asks for, with its bounds on sampling.
std::vector<Case> chosen_cases(const Plan& plan, const ProbeArguments& arguments) {
  std::set<std::string> names;
  for (const Case& entry : plan.cases()) {
    if (!names.insert(entry.name).second) {
      throw std::logic_error("two cases are named " + entry.name);
    }
  }
  for (const std::string& name : arguments.cases) {
    if (!names.contains(name)) throw std::invalid_argument("this machine has no case " + name);
  }
  std::vector<Case> chosen;
  for (Case entry : plan.cases()) {
    if (!arguments.cases.empty() && std::find(arguments.cases.begin(), arguments.cases.end(),
                                              entry.name) == arguments.cases.end()) {
      continue;
    }
    Sampling& sampling = entry.sampling;
    sampling.precision = arguments.precision.value_or(sampling.precision);
    sampling.max_samples = arguments.max_samples.value_or(sampling.max_samples);
    sampling.max_seconds = arguments.max_seconds.value_or(sampling.max_seconds);
    sampling.min_seconds =
        std::min(arguments.min_seconds.value_or(sampling.min_seconds), sampling.max_seconds);
    chosen.push_back(std::move(entry));
  }
  return chosen;
}

/// This host's names in the rows.
HostIdentity identity_of(const ProbeArguments& arguments) {
  HostIdentity identity;
  if (arguments.host.empty() || arguments.instance_type.empty()) identity = identify_host();
  if (!arguments.host.empty()) identity.host = arguments.host;
  if (!arguments.instance_type.empty()) identity.instance_type = arguments.instance_type;
  return identity;
}

/// What every row of this process has in common.
Measurement frame_of(const Probe& probe, const Plan& plan, const ProbeArguments& arguments) {
  Measurement frame;
  HostIdentity identity = plan.self();
  if (const auto& described = plan.described_host()) {
    if (arguments.host.empty()) identity.host = described->host;
    if (arguments.instance_type.empty()) identity.instance_type = described->instance_type;
  }
  frame.run = arguments.run;
  frame.host = identity.host;
  frame.instance_type = identity.instance_type;
  frame.probe = probe.name;
  frame.task = arguments.task;
  frame.provenance = plan.described_host() ? Provenance::simulated : Provenance::measured;
  return frame;
}

/// Measures the cases as Google Benchmark asks for them; a row is written the moment it is known.
class Session {
 public:
  Session(RowSink& sink, ConsoleTable& console, Measurement frame, std::uint64_t first_attempt)
      : sink_(sink), console_(console), frame_(std::move(frame)), first_attempt_(first_attempt) {}

  void leave_out(std::set<std::pair<std::string, std::uint64_t>> done) { done_ = std::move(done); }

  void measure(const Case& entry, benchmark::State& state) {
    const std::uint64_t attempt = first_attempt_ + repetitions_[entry.name]++;
    if (done_.contains({entry.name, attempt})) {
      ++left_out_;
      state.SkipWithError("measured before");
      return;
    }
    const CaseResult result = run_case(entry);
    Measurement frame = frame_;
    frame.time = wall_now();
    frame.attempt = attempt;
    const Measurement row = to_row(entry, result, std::move(frame));
    sink_.write(row, result);
    console_.add(row);
    ++measured_;
    if (result.outcome == Outcome::failed) ++failed_;
    if (result.outcome != Outcome::ok) {
      state.SkipWithError(result.note.c_str());
      return;
    }
    for ([[maybe_unused]] auto _ : state) state.SetIterationTime(result.seconds);
    if (row.median) state.counters[row.unit] = *row.median;
  }

  int exit_code() const {
    if (measured_ + left_out_ == 0) {
      std::cerr << "nothing was measured: no case was chosen\n";
      return exit_incomplete;
    }
    if (failed_ != 0) {
      std::cerr << fmt::format("{} of {} cases failed\n", failed_, measured_);
      return exit_incomplete;
    }
    return exit_ok;
  }

 private:
  RowSink& sink_;
  ConsoleTable& console_;
  Measurement frame_;
  std::uint64_t first_attempt_;
  std::map<std::string, std::uint64_t> repetitions_;
  std::set<std::pair<std::string, std::uint64_t>> done_;
  std::size_t measured_ = 0, failed_ = 0, left_out_ = 0;
};

/// Google Benchmark keeps the pointer to the program's name.
void initialize_benchmark(const ProbeArguments& arguments, char* program) {
  std::vector<std::string> words = arguments.benchmark_arguments;
  std::vector<char*> argv{program};
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1) {
    throw std::invalid_argument("Google Benchmark has no option " + std::string(argv[1]));
  }
}

std::vector<MetricMeaning> meanings_of(const Probe& probe) {
  std::vector<MetricMeaning> meanings;
  for (const Metric& metric : probe.metrics) {
    meanings.push_back({metric.name, metric.unit, metric.better, metric.meaning});
  }
  return meanings;
}

int measure(const Probe& probe, const Plan& plan, const std::vector<Case>& cases,
            const ProbeArguments& arguments, char* program) {
  initialize_benchmark(arguments, program);
  const Measurement frame = frame_of(probe, plan, arguments);
  const bool list_only = arguments.has_benchmark_argument("benchmark_list_tests");

  RowSink sink;
  if (!arguments.out.empty() && !list_only) {
    sink = RowSink(arguments.out, arguments.samples);
    if (!sink.torn_line().empty()) {
      std::cerr << "the last line of " << arguments.out
                << "/measurements.csv was cut; it is set aside in measurements.csv.torn: "
                << sink.torn_line() << '\n';
    }
    std::vector<Device> devices = plan.devices();
    for (Device& device : devices) {
      if (device.host.empty()) device.host = frame.host;
    }
    std::vector<ContextEntry> context = plan.context_entries();
    for (ContextEntry& entry : context) {
      if (entry.host.empty()) entry.host = frame.host;
    }
    sink.write(devices);
    sink.write(context);
    sink.write(meanings_of(probe));
  }

  ConsoleTable console(fmt::format("{} on {} ({})", probe.name, frame.host, frame.instance_type));
  Session session(sink, console, frame, arguments.attempt);
  if (arguments.skip_done) session.leave_out(sink.done(arguments.task));

  benchmark::AddCustomContext("probe", probe.name);
  benchmark::AddCustomContext("host", frame.host);
  benchmark::AddCustomContext("instance_type", frame.instance_type);
  for (const Case& entry : cases) {
    benchmark::RegisterBenchmark(entry.name.c_str(),
                                 [&](benchmark::State& state) { session.measure(entry, state); })
        ->UseManualTime()
        ->Iterations(1);
  }
  std::unique_ptr<benchmark::BenchmarkReporter> chosen_format;
  benchmark::BenchmarkReporter* display = &console;
  if (arguments.has_benchmark_argument("benchmark_format")) {
    chosen_format.reset(benchmark::CreateDefaultDisplayReporter());
    display = chosen_format.get();
    console.SetOutputStream(&std::cerr);
  }
  const std::size_t matched = benchmark::RunSpecifiedBenchmarks(display);
  benchmark::Shutdown();
  if (list_only) return matched == 0 ? exit_incomplete : exit_ok;
  return session.exit_code();
}

}  // namespace

int run_probe(const Probe& probe, int argc, char** argv) {
  try {
    int exit_code = exit_ok;
    const auto arguments = parse_probe_arguments(probe, argc, argv, exit_code);
    if (!arguments) return exit_code;
    switch (arguments->show) {
      case ProbeArguments::Show::describe_table:
        describe_as_table(probe, std::cout);
        return exit_ok;
      case ProbeArguments::Show::describe_json:
        describe_as_json(probe, std::cout);
        return exit_ok;
      default:
        break;
    }
    if (probe.follow != nullptr && arguments->show == ProbeArguments::Show::nothing) {
      if (const auto code = probe.follow(arguments->options, identity_of(*arguments))) return *code;
    }
    Plan plan(arguments->options, arguments->out, arguments->task, identity_of(*arguments),
              arguments->show == ProbeArguments::Show::plan);
    probe.plan(plan);
    const std::vector<Case> cases = chosen_cases(plan, *arguments);
    if (arguments->show == ProbeArguments::Show::plan) {
      plan_as_json(probe, cases, std::cout);
      return exit_ok;
    }
    return measure(probe, plan, cases, *arguments, argv[0]);
  } catch (const FileError& error) {
    std::cerr << error.what() << '\n';
    return exit_usage;
  } catch (const std::invalid_argument& error) {
    std::cerr << error.what() << '\n';
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "the probe " << probe.name << " could not go on: " << error.what() << '\n';
    return exit_incomplete;
  }
}

}  // namespace plumbline
