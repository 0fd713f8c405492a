// Runs a probe on the GPUs of a machine and asks whether what it says can be true:
//
//   device_test PROBE [the probe's arguments...]
//
// No baseline is needed: the bounds are those of physics and of working order, so the same test
// serves every type. Each complaint is a line; exit 0 if there is none.

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "results/schema/device.h"
#include "results/schema/measurement.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

/// Between what limits a value of such metrics lies on any machine that works.
struct Bounds {
  std::string_view metric;  ///< its name begins so; the first that fits holds
  std::string_view unit;    ///< empty: any
  double least;
  double most;
};

constexpr std::array bounds = {
    // What must be zero wherever it is measured.
    Bounds{"gpu_memory.pattern_errors", "", 0, 0},
    Bounds{"gpu_compute.changed_results", "", 0, 0},
    Bounds{"gpu_compute.wrong_elements", "", 0, 0},
    Bounds{"overlap.wrong_", "", 0, 0},
    // A load waits longer than for a cache, and not for a disk.
    Bounds{"gpu_memory.latency", "ns", 100, 3000},
    Bounds{"host_link.latency", "ns", 200, 20000},
    Bounds{"nvlink.latency", "ns", 200, 20000},
    Bounds{"collectives.", "us", 1, 1e7},
    // From a link at its narrowest to more than any has: C2C 450, NVLink 900 each way, NVLS twice.
    Bounds{"host_link.", "GB/s", 0.2, 8 * 500},
    Bounds{"nvlink.", "GB/s", 2, 72 * 2000},
    Bounds{"collectives.", "GB/s", 1e-4, 2000},
    Bounds{"overlap.all_reduce", "GB/s", 1, 2000},
    Bounds{"gpu_compute.", "TFLOPS", 0.1, 20000},
    Bounds{"overlap.gemm", "TFLOPS", 0.1, 20000},
};

/// A GPU's memory gives this share of what clock and width allow; nothing gives more than all.
constexpr double least_of_peak = 0.3;
constexpr double most_of_peak = 1.02;

/// "3352.3 GB/s = ..." of gpu0.memory_peak.
std::map<std::string, double> peaks_of(const std::vector<ContextEntry>& context) {
  constexpr std::string_view key = ".memory_peak";
  std::map<std::string, double> peaks;
  for (const ContextEntry& entry : context) {
    if (!entry.key.ends_with(key)) continue;
    double peak = 0;
    std::from_chars(entry.value.data(), entry.value.data() + entry.value.size(), peak);
    peaks[entry.key.substr(0, entry.key.size() - key.size())] = peak;
  }
  return peaks;
}

std::optional<Bounds> bounds_of(const Measurement& row,
                                const std::map<std::string, double>& peaks) {
  if (row.metric.starts_with("gpu_memory.") && row.unit == "GB/s") {
    const auto peak = peaks.find(row.subject);
    if (peak == peaks.end()) return std::nullopt;
    return Bounds{"", "", least_of_peak * peak->second, most_of_peak * peak->second};
  }
  for (const Bounds& of : bounds) {
    if (row.metric.starts_with(of.metric) && (of.unit.empty() || of.unit == row.unit)) return of;
  }
  return std::nullopt;
}

/// What cannot be true of a row; empty if nothing.
std::string complaint(const Measurement& row, const std::map<std::string, double>& peaks) {
  if (row.outcome == Outcome::failed) return "failed: " + row.note;
  if (row.outcome != Outcome::ok || !row.median) return "";
  const double value = *row.median;
  if (!std::isfinite(value)) return "is no number";
  if (row.ci_low && row.ci_high && !(*row.ci_low <= value && value <= *row.ci_high)) {
    return fmt::format("{} is not in its interval {} to {}", value, *row.ci_low, *row.ci_high);
  }
  const auto of = bounds_of(row, peaks);
  if (of && !(of->least <= value && value <= of->most)) {
    return fmt::format("is {} {}, expected {} to {}", value, row.unit, of->least, of->most);
  }
  return "";
}

int test(const std::string& probe, const std::string& arguments) {
  const ScratchFolder scratch;
  const std::string log = (scratch / "log").string();
  const int status = std::system(fmt::format("'{}' --out '{}' {} >'{}' 2>&1", probe,
                                             (scratch / "out").string(), arguments, log)
                                     .c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  const std::filesystem::path out = scratch / "out";
  if (!std::filesystem::exists(out / "measurements.csv")) {
    std::cout << std::ifstream(log).rdbuf() << "no row was written; exit " << code << '\n';
    return 1;
  }
  std::vector<ContextEntry> context;
  if (std::filesystem::exists(out / "context.csv")) {
    context = read_all<ContextEntry>(out / "context.csv");
  }
  const auto peaks = peaks_of(context);
  std::size_t complaints = 0, values = 0;
  std::set<std::string> skipped, with_value;
  for (const Measurement& row : read_all<Measurement>(out / "measurements.csv")) {
    const std::string wrong = complaint(row, peaks);
    if (!wrong.empty()) {
      ++complaints;
      std::cout << row.case_name << ' ' << wrong << '\n';
    } else if (row.outcome == Outcome::ok) {
      ++values;
      with_value.insert(row.subject.substr(0, row.subject.find('>')));  // of a pair: the first
    } else if (skipped.insert(row.note).second) {
      std::cout << row.case_name << " skipped: " << row.note << '\n';
    }
  }
  if (std::filesystem::exists(out / "devices.csv")) {
    for (const Device& device : read_all<Device>(out / "devices.csv")) {
      const bool about_nodes = with_value.size() == 1 && with_value.contains("node");
      if (device.kind == "gpu" && !about_nodes && !with_value.contains(device.subject)) {
        ++complaints;
        std::cout << device.subject << " has no value\n";
      }
    }
  }
  if (values == 0) std::cout << "nothing was measured\n";
  if (code != 0) std::cout << "exit " << code << '\n';
  std::cout << fmt::format("{} values, {} complaints\n", values, complaints);
  return complaints == 0 && values != 0 && code == 0 ? 0 : 1;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "device_test PROBE [the probe's arguments...]\n";
    return 2;
  }
  std::string arguments;
  for (int i = 2; i < argc; ++i) arguments += std::string(" '") + argv[i] + '\'';
  try {
    return plumbline::test(argv[1], arguments);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
