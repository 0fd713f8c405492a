#include "reports/judging/burn_curves.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "results/schema/measurement.h"

namespace plumbline {
namespace {

constexpr const char* sustained = "gpu_compute.sustained";
constexpr std::size_t most_points = 150;

/// The samples of one attempt in the order in which they were drawn.
struct Attempt {
  std::uint64_t number = 0;
  std::map<std::uint64_t, double> samples;  ///< by index
};

std::vector<double> means_of(const std::map<std::uint64_t, double>& samples, std::size_t each) {
  std::vector<double> values;
  for (const auto& [index, value] : samples) values.push_back(value);
  std::vector<double> means;
  for (std::size_t i = 0; i + each <= values.size(); i += each) {
    const std::span part = std::span(values).subspan(i, each);
    means.push_back(std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(each));
  }
  return means;
}

}  // namespace

std::vector<BurnCurve> burn_curves(const RunDirectory& run, const std::string& unit) {
  if (!std::filesystem::exists(run.samples())) return {};
  std::map<std::pair<std::string, std::string>, Attempt> by_case;
  read_csv<Sample>(
      run.samples(),
      [&](const Sample& sample) {
        if (sample.metric != sustained) return;
        Attempt& attempt = by_case[{sample.host, sample.case_name}];
        if (sample.attempt < attempt.number) return;
        if (sample.attempt > attempt.number) attempt = {sample.attempt, {}};
        attempt.samples[sample.index] = sample.value;
      },
      BadRows::collect);
  std::vector<BurnCurve> curves;
  for (const auto& [key, attempt] : by_case) {
    // "gpu_compute.sustained/gpu3/dtype=bf16;..."
    const auto& [host, name] = key;
    const std::size_t subject = name.find('/');
    const std::size_t work = name.find('/', subject + 1);
    if (subject == std::string::npos || work == std::string::npos) continue;
    BurnCurve curve;
    curve.host = host;
    curve.subject = name.substr(subject + 1, work - subject - 1);
    curve.work = name.substr(work + 1);
    curve.unit = unit;
    curve.windows_each = (attempt.samples.size() + most_points - 1) / most_points;
    curve.values = means_of(attempt.samples, std::max<std::size_t>(curve.windows_each, 1));
    curves.push_back(std::move(curve));
  }
  return curves;
}

}  // namespace plumbline
