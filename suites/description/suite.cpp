#include "suites/description/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include "results/schema/file_error.h"
#include "results/schema/number.h"
#include "suites/description/fnv1a.h"
#include "suites/description/nearest_name.h"
#include "suites/description/toml_table.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

using toml_table::find;
using toml_table::refuse;
using toml_table::refuse_odd_name;
using toml_table::refuse_type;
using toml_table::refuse_unknown_keys;
using toml_table::required_text;
using toml_table::shown;
using toml_table::text_of;
using toml_table::Value;

const std::vector<std::string> suite_keys = {"name", "purpose", "defaults", "step"};
const std::vector<std::string> defaults_keys = {"deadline", "repeats", "samples", "on_failure"};
const std::vector<std::string> step_keys = {
    "name",    "probe",   "options",    "filter", "needs",    "deadline",
    "repeats", "samples", "on_failure", "on",     "partners", "suspects_filter"};
/// What the runner says to a probe by itself.
const std::vector<std::string> runner_options = {
    "out",  "run",     "host",      "instance-type", "task",     "attempt",
    "case", "samples", "skip-done", "plan",          "describe", "benchmark_filter"};

constexpr Seconds initial_deadline{600};
constexpr std::uint64_t most_repeats = 1000;
constexpr std::uint64_t most_partners = 1000;

Seconds deadline_of(const Value& value) {
  static const std::string expected = "seconds, or a text like \"120s\", \"10m\", \"1.5h\"";
  std::optional<Seconds> deadline;
  if (value.is_integer() && value.as_integer() > 0) {
    deadline = Seconds(static_cast<double>(value.as_integer()));
  } else if (value.is_floating() && value.as_floating() > 0 && std::isfinite(value.as_floating())) {
    deadline = Seconds(value.as_floating());
  } else if (value.is_string()) {
    deadline = parse_duration(value.as_string().str);
  }
  if (!deadline) refuse_type(value, "deadline", expected);
  return *deadline;
}

std::uint64_t count_of(const Value& value, const char* key, std::uint64_t most) {
  if (!value.is_integer() || value.as_integer() < 1 ||
      static_cast<std::uint64_t>(value.as_integer()) > most) {
    refuse_type(value, key, fmt::format("a whole number from 1 to {}", most));
  }
  return static_cast<std::uint64_t>(value.as_integer());
}

/// What `defaults` and a step may both say.
void read_shared_keys(const Value& table, Step& step) {
  if (const Value* value = find(table, "deadline")) step.deadline = deadline_of(*value);
  if (const Value* value = find(table, "repeats")) {
    step.repeats = count_of(*value, "repeats", most_repeats);
  }
  if (const Value* value = find(table, "samples")) {
    if (!value->is_boolean()) refuse_type(*value, "samples", "true or false");
    step.samples = value->as_boolean();
  }
  if (const Value* value = find(table, "on_failure")) {
    const auto word = on_failure_names.find(value->is_string() ? value->as_string().str : "");
    if (!word) refuse_type(*value, "on_failure", "\"continue\" or \"stop\"");
    step.on_failure = *word;
  }
}

/// `precision = 0.01` becomes --precision=0.01; true is a flag without a value, false says nothing.
std::vector<std::string> options_of(const Value& table) {
  if (!table.is_table()) refuse_type(table, "options", "a table like { precision = 0.01 }");
  std::vector<std::string> options;
  for (const auto& [key, value] : table.as_table()) {
    if (std::find(runner_options.begin(), runner_options.end(), key) != runner_options.end()) {
      refuse(value, key,
             "is said by the runner itself and cannot be an option of a step" +
                 std::string(key == "benchmark_filter" ? "; use filter"
                             : key == "samples"        ? "; use samples of the step"
                                                       : ""));
    }
    if (value.is_boolean()) {
      if (value.as_boolean()) options.push_back("--" + key);
    } else if (value.is_string()) {
      options.push_back("--" + key + '=' + value.as_string().str);
    } else if (value.is_integer()) {
      options.push_back("--" + key + '=' + std::to_string(value.as_integer()));
    } else if (value.is_floating()) {
      options.push_back("--" + key + '=' + format_number(value.as_floating()));
    } else {
      refuse_type(value, key, "a text, a number, true or false");
    }
  }
  return options;
}

std::vector<std::string> names_in(const Value& array, const std::string& key) {
  if (!array.is_array()) refuse_type(array, key, "an array of names of steps");
  std::vector<std::string> names;
  for (const Value& value : array.as_array()) names.push_back(text_of(value, key));
  return names;
}

std::string filter_of(const Value& value, const char* key = "filter") {
  std::string filter = text_of(value, key);
  try {
    const std::regex checked(filter, std::regex_constants::extended);
  } catch (const std::regex_error&) {
    refuse(value, key,
           "found " + shown(value) + ", which is no regular expression (POSIX extended)");
  }
  return filter;
}

void read_keys_of_pairs(const Value& table, Step& step) {
  for (const char* key : {"partners", "suspects_filter"}) {
    const Value* value = find(table, key);
    if (value != nullptr && step.on != Together::pairs) {
      refuse(*value, key, "is for steps with on = \"pairs\"");
    }
  }
  if (const Value* value = find(table, "partners")) {
    step.partners = count_of(*value, "partners", most_partners);
  }
  if (const Value* value = find(table, "suspects_filter")) {
    step.suspects_filter = filter_of(*value, "suspects_filter");
  }
}

Step read_step(const Value& table, const Step& defaults) {
  Step step = defaults;
  refuse_unknown_keys(table, step_keys, "a step");
  step.name = required_text(table, "name", "a [[step]]");
  refuse_odd_name(table, "name", step.name);
  step.probe = required_text(table, "probe", "step " + step.name);
  refuse_odd_name(table, "probe", step.probe);
  step.line = find(table, "probe")->location().line();
  if (const Value* value = find(table, "options")) step.options = options_of(*value);
  if (const Value* value = find(table, "filter")) step.filter = filter_of(*value);
  if (const Value* value = find(table, "needs")) step.needs = names_in(*value, "needs");
  if (const Value* value = find(table, "on")) {
    const auto word = together_names.find(value->is_string() ? value->as_string().str : "");
    if (!word) refuse_type(*value, "on", "\"node\", \"pairs\" or \"groups\"");
    step.on = *word;
  }
  read_keys_of_pairs(table, step);
  read_shared_keys(table, step);
  return step;
}

void refuse_unknown_needs(const std::vector<Step>& steps, const std::vector<Value>& tables) {
  std::vector<std::string> names;
  for (const Step& step : steps) names.push_back(step.name);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const std::string& need : steps[i].needs) {
      if (std::find(names.begin(), names.end(), need) == names.end()) {
        refuse(*find(tables[i], "needs"), "needs",
               "step " + steps[i].name + " needs \"" + need + "\", and there is no such step" +
                   did_you_mean(need, names));
      }
    }
  }
}

/// The steps so that each comes behind what it needs, else in the order of the file.
std::vector<Step> in_order_of_needs(std::vector<Step> steps, const std::vector<Value>& tables) {
  std::vector<Step> ordered;
  std::vector<bool> taken(steps.size(), false);
  const auto is_there = [&ordered](const std::string& name) {
    return std::any_of(ordered.begin(), ordered.end(),
                       [&](const Step& step) { return step.name == name; });
  };
  while (ordered.size() < steps.size()) {
    std::size_t next = 0;
    while (next < steps.size() &&
           (taken[next] ||
            !std::all_of(steps[next].needs.begin(), steps[next].needs.end(), is_there))) {
      ++next;
    }
    if (next == steps.size()) {  // every step left waits for another of them: follow one round
      std::vector<std::string> round;
      std::size_t at = 0;
      while (taken[at]) ++at;
      while (std::find(round.begin(), round.end(), steps[at].name) == round.end()) {
        round.push_back(steps[at].name);
        const auto need =
            std::find_if_not(steps[at].needs.begin(), steps[at].needs.end(), is_there);
        at = static_cast<std::size_t>(
            std::find_if(steps.begin(), steps.end(),
                         [&](const Step& step) { return step.name == *need; }) -
            steps.begin());
      }
      round.erase(round.begin(), std::find(round.begin(), round.end(), steps[at].name));
      round.push_back(steps[at].name);
      refuse(*find(tables[at], "needs"), "needs",
             fmt::format("the steps wait for each other: {}", fmt::join(round, " needs ")));
    }
    taken[next] = true;
    ordered.push_back(steps[next]);
  }
  return ordered;
}

}  // namespace

Suite read_suite(const fs::path& file) {
  const Value root = toml_table::read_file(file, "a suite");
  refuse_unknown_keys(root, suite_keys, "a suite");
  if (find(root, "name") == nullptr) throw FileError(file.string(), 0, "name", "is missing");
  Suite suite;
  suite.file = file;
  suite.name = required_text(root, "name", "the suite");
  refuse_odd_name(root, "name", suite.name);
  if (const Value* value = find(root, "purpose")) suite.purpose = text_of(*value, "purpose");

  Step defaults;
  defaults.deadline = initial_deadline;
  if (const Value* value = find(root, "defaults")) {
    if (!value->is_table()) refuse_type(*value, "defaults", "a table [defaults]");
    refuse_unknown_keys(*value, defaults_keys, "[defaults]");
    read_shared_keys(*value, defaults);
  }

  const Value* array = find(root, "step");
  if (array == nullptr)
    throw FileError(file.string(), 0, "step", "is missing: a suite has at least one [[step]]");
  if (!array->is_array() || array->as_array().empty() || !array->as_array().front().is_table()) {
    refuse_type(*array, "step", "tables headed by [[step]]");
  }
  const auto& tables = array->as_array();
  for (const Value& table : tables) {
    Step step = read_step(table, defaults);
    for (const Step& earlier : suite.steps) {
      if (earlier.name == step.name) {
        refuse(*find(table, "name"), "name",
               "a second step named " + step.name + "; names of steps are unique in a suite");
      }
    }
    suite.steps.push_back(std::move(step));
  }
  refuse_unknown_needs(suite.steps, tables);
  suite.steps = in_order_of_needs(std::move(suite.steps), tables);
  return suite;
}

std::vector<std::string> steps_not_on(const Suite& suite, Together on) {
  std::vector<std::string> names;
  for (const Step& step : suite.steps) {
    if (step.on != on) names.push_back(step.name);
  }
  return names;
}

void leave_out(Suite& suite, const std::vector<std::string>& steps) {
  const auto is_left_out = [&](const std::string& name) {
    return std::find(steps.begin(), steps.end(), name) != steps.end();
  };
  std::erase_if(suite.steps, [&](const Step& step) { return is_left_out(step.name); });
  for (Step& step : suite.steps) std::erase_if(step.needs, is_left_out);
}

fs::path find_suite(const std::string& name_or_path, const fs::path& suites) {
  if (name_or_path.ends_with(".toml") || name_or_path.find('/') != std::string::npos) {
    if (!fs::exists(name_or_path)) {
      throw FileError(name_or_path, 0, "", "there is no such suite file");
    }
    return name_or_path;
  }
  fs::path file = suites / (name_or_path + ".toml");
  if (fs::exists(file)) return file;
  const auto names = suite_names(suites);
  throw FileError(suites.string(), 0, "",
                  "there is no suite \"" + name_or_path + "\"" + did_you_mean(name_or_path, names) +
                      fmt::format(" (there are: {}; or give a path to a .toml)",
                                  names.empty() ? "none" : fmt::to_string(fmt::join(names, ", "))));
}

std::vector<std::string> suite_names(const fs::path& suites) {
  std::vector<std::string> names;
  if (fs::is_directory(suites)) {
    for (const auto& entry : fs::directory_iterator(suites)) {
      if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string content_hash(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw FileError(file.string(), 0, "", "cannot be read");
  Fnv1a hash;
  for (std::istreambuf_iterator<char> byte(stream), end; byte != end; ++byte) hash.feed(*byte);
  return fmt::format("{:016x}", hash.value());
}

}  // namespace plumbline
