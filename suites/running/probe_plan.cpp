#include "suites/running/probe_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>

#include "suites/description/nearest_name.h"
#include "suites/launch/capture.h"
#include "suites/launch/local.h"
#include "suites/running/task_outcome.h"

namespace plumbline {
namespace {

constexpr Seconds plan_deadline{30};
constexpr std::string_view prefix = "plumbline-probe-";

/// Google Benchmark's filter: a regular expression found anywhere in the name; '-' in front turns
/// it around.
class CaseFilter {
 public:
  explicit CaseFilter(const std::string& filter) : all_(filter.empty() || filter == "all") {
    if (all_) return;
    inverted_ = filter.front() == '-';
    regex_.assign(filter.substr(inverted_ ? 1 : 0), std::regex_constants::extended);
  }
  bool lets_through(const std::string& name) const {
    return all_ || std::regex_search(name, regex_) != inverted_;
  }

 private:
  bool all_;
  bool inverted_ = false;
  std::regex regex_;
};

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end + 1 - (begin + 1));
}

}  // namespace

Seconds ProbePlan::min() const {
  double sum = 0;
  for (const PlannedCase& entry : cases) sum += entry.min_seconds;
  return Seconds(sum);
}

Seconds ProbePlan::max() const {
  double sum = 0;
  for (const PlannedCase& entry : cases) sum += entry.max_seconds;
  return Seconds(sum);
}

std::vector<PlannedCase> read_probe_plan(const std::string& json, const std::string& filter) {
  const CaseFilter chosen(filter);
  std::vector<PlannedCase> cases;
  const auto plan = nlohmann::json::parse(json);
  for (const auto& entry : plan.at("cases")) {
    PlannedCase planned{entry.at("name").get<std::string>(), entry.at("min_seconds").get<double>(),
                        entry.at("max_seconds").get<double>()};
    if (chosen.lets_through(planned.name)) cases.push_back(std::move(planned));
  }
  return cases;
}

ProbePlan plan_of(const Task& task, const std::filesystem::path& bin, Interruption& interruption) {
  ProbePlan plan;
  std::vector<std::string> command = probe_command(task, bin);
  if (!std::filesystem::exists(command.front())) {
    plan.problem = "there is no probe " + task.probe + " (" + command.front() + " is missing)" +
                   did_you_mean(task.probe, probe_names(bin));
    return plan;
  }
  command.emplace_back("--plan");
  const Captured said = capture(command, plan_deadline, interruption);
  if (!said.ok()) {
    plan.problem = "the probe cannot say what it would measure: " + last_line(said.error);
    return plan;
  }
  try {
    plan.cases = read_probe_plan(said.output, task.filter);
  } catch (const std::exception& error) {
    plan.problem = std::string("the probe's plan cannot be read: ") + error.what();
  }
  return plan;
}

std::vector<std::string> probe_names(const std::filesystem::path& bin) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(bin)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace plumbline
