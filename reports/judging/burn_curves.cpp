#include "reports/judging/burn_curves.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "results/schema/course.h"

namespace plumbline {
namespace {

constexpr std::string_view sustained = "gpu_compute.sustained";

std::string unit_of(const std::string& metric, std::span<const MetricMeaning> metrics) {
  const auto found = std::ranges::find(metrics, metric, &MetricMeaning::metric);
  return found == metrics.end() ? "" : found->unit;
}

}  // namespace

std::vector<BurnCurve> burn_curves(const RunDirectory& run,
                                   std::span<const MetricMeaning> metrics) {
  if (!std::filesystem::exists(run.courses())) return {};
  std::map<std::pair<std::string, std::string>, Course> by_case;
  read_csv<Course>(
      run.courses(),
      [&](const Course& course) {
        if (!course.metric.starts_with(sustained)) return;
        Course& last = by_case[{course.host, course.case_name}];
        if (last.values.empty() || course.attempt >= last.attempt) last = course;
      },
      BadRows::collect);
  std::vector<BurnCurve> curves;
  for (auto& [key, course] : by_case) {
    // "gpu_compute.sustained_clock/gpu3/dtype=bf16;..."
    const std::string& name = key.second;
    const std::size_t subject = name.find('/');
    const std::size_t work = name.find('/', subject + 1);
    if (subject == std::string::npos || work == std::string::npos) continue;
    curves.push_back({key.first, name.substr(subject + 1, work - subject - 1),
                      name.substr(work + 1), course.metric, unit_of(course.metric, metrics),
                      course.step_s, std::move(course.values)});
  }
  return curves;
}

}  // namespace plumbline
