// Runs a probe on a virtual machine and compares its rows with a golden file:
//
//   machine_test PROBE MACHINE CLOCK GOLDEN [the probe's arguments...]
//
// MACHINE is a folder with machine.toml and the libraries, CLOCK the library that makes the clock
// virtual. UPDATE_GOLDENS=1 in the environment writes the golden file instead. What is compared is
// everything that a verdict could depend on; when a golden moves, read the difference.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "results/schema/course.h"
#include "results/schema/device.h"
#include "results/schema/measurement.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string probe, machine, clock, golden, rest;
};

/// A folder that is gone with its owner.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "machine_test_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Where this build and its toolkit lie is no part of what is compared.
std::string without_places(std::string text, const Arguments& arguments) {
  const fs::path driver = fs::weakly_canonical(arguments.machine + "/libcuda.so.1");
  const std::vector<std::string> places = {driver.string(), driver.parent_path().string(),
                                           arguments.machine};
  for (const std::string& place : places) {
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place)) {
      text.replace(at, place.size(), "LIBRARY");
    }
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ";") + word;
  return text;
}

std::string line_of(const Measurement& row) {
  const auto number = [](const std::optional<double>& value) {
    return value ? format_number(*value) : std::string("-");
  };
  const std::string value = row.text.empty() ? number(row.median) : '"' + row.text + '"';
  return fmt::format("{} {} {} {} [{} {}] n={} {} {}{}{}", row.case_name,
                     outcome_names[row.outcome], value, row.unit, number(row.ci_low),
                     number(row.ci_high), row.samples, provenance_names[row.provenance],
                     row.instance_type, row.flags.empty() ? "" : " " + joined(row.flags),
                     row.note.empty() ? "" : " | " + row.note);
}

std::string run(const Arguments& arguments) {
  const Scratch scratch;
  // The one that looks at GPUs without CUDA.
  const bool by_nvml = arguments.probe.ends_with("-health");
  const std::string library = by_nvml
                                  ? "--libnvidia-ml '" + arguments.machine + "/libnvidia-ml.so.1'"
                                  : "--libcuda '" + arguments.machine + "/libcuda.so.1'";
  const std::string command = fmt::format(
      "LD_PRELOAD='{}' '{}' {} --out '{}' {} >'{}/log' 2>&1", arguments.clock, arguments.probe,
      library, scratch.path().string(), arguments.rest, scratch.path().string());
  const int status = std::system(command.c_str());
  const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::string text = fmt::format("exit {}\n", exit);
  const fs::path table = scratch.path() / "measurements.csv";
  if (exit == 2 || !fs::exists(table)) {
    std::ifstream log(scratch.path() / "log");
    text.append(std::istreambuf_iterator<char>(log), {});
    if (exit == 2) throw std::runtime_error("the probe does not understand this test: " + text);
    return text;
  }
  for (const Measurement& row : read_all<Measurement>(table)) text += line_of(row) + '\n';
  if (fs::exists(scratch.path() / "courses.csv")) {
    for (const Course& course : read_all<Course>(scratch.path() / "courses.csv")) {
      std::string means;
      for (const auto& mean : course.values) means += ' ' + (mean ? format_number(*mean) : "-");
      text += fmt::format("course {} {} s:{}\n", course.case_name, course.step_s, means);
    }
  }
  if (fs::exists(scratch.path() / "devices.csv")) {
    for (const Device& device : read_all<Device>(scratch.path() / "devices.csv")) {
      text += fmt::format("device {} {} {} {}\n", device.subject, device.name, device.pci_address,
                          device.uuid);
    }
  }
  if (fs::exists(scratch.path() / "context.csv")) {
    for (const ContextEntry& entry : read_all<ContextEntry>(scratch.path() / "context.csv")) {
      text += fmt::format("context {} {}\n", entry.key, entry.value);
    }
  }
  return without_places(text, arguments);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

int compare(const std::string& found, const fs::path& golden) {
  if (std::getenv("UPDATE_GOLDENS") != nullptr) {
    std::ofstream(golden) << found;
    std::cout << "wrote " << golden << '\n';
    return 0;
  }
  std::ifstream stream(golden);
  const std::string expected(std::istreambuf_iterator<char>(stream), {});
  if (found == expected) return 0;
  const auto is = lines_of(found), was = lines_of(expected);
  for (std::size_t i = 0; i < std::max(is.size(), was.size()); ++i) {
    const std::string now = i < is.size() ? is[i] : "(nothing)";
    const std::string before = i < was.size() ? was[i] : "(nothing)";
    if (now != before) std::cout << "expected: " << before << "\n   found: " << now << '\n';
  }
  std::cout << "The rows differ from " << golden << "; UPDATE_GOLDENS=1 ctest writes it anew.\n";
  return 1;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "machine_test PROBE MACHINE CLOCK GOLDEN [the probe's arguments...]\n";
    return 2;
  }
  plumbline::Arguments arguments{argv[1], argv[2], argv[3], argv[4], ""};
  for (int i = 5; i < argc; ++i) arguments.rest += std::string(" '") + argv[i] + '\'';
  try {
    return plumbline::compare(plumbline::run(arguments), arguments.golden);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
