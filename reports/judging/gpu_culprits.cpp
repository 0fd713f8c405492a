#include "reports/judging/gpu_culprits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/judging/culprit_finding.h"
#include "reports/localisation/class_reference.h"
#include "reports/localisation/gpu_matrix.h"
#include "reports/statistics/median.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using localisation::Culprit;
using localisation::Element;
using localisation::Kind;

/// Fewer paths than these have no level of their own.
constexpr std::size_t least_paths = localisation::reference::few;

struct Ends {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

std::optional<std::uint32_t> gpu_number(std::string_view subject) {
  constexpr std::string_view gpu = "gpu";
  if (!subject.starts_with(gpu)) return std::nullopt;
  const auto number = parse_integer(subject.substr(gpu.size()));
  if (!number || *number >= 1024) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

/// Of the path "gpu0>gpu3".
std::optional<Ends> ends_of(const Finding& f) {
  std::string_view sender = f.subject, receiver = f.peer;
  if (receiver.empty()) {
    const std::size_t arrow = sender.find('>');
    if (arrow == std::string_view::npos) return std::nullopt;
    receiver = sender.substr(arrow + 1);
    sender = sender.substr(0, arrow);
  }
  const auto from = gpu_number(sender);
  const auto to = gpu_number(receiver);
  if (!from || !to || *from == *to) return std::nullopt;
  return Ends{*from, *to};
}

/// All pairs by one kind of copy.
struct Matrix {
  std::string name;  ///< "nvlink.write (by=engine)"
  std::vector<Finding*> findings;
  bool both_ways = false;  ///< each pair has one value, of both directions at once
};

std::string kind_of_copy(const Finding& f) {
  Params params = f.params;
  params.erase("round");  // each pair meets in one round of a tournament
  std::string name = f.metric;
  if (!params.empty()) name += " (" + format_params(params) + ')';
  return name;
}

/// No pair has a path for each direction.
bool is_both_ways(const Matrix& matrix) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  return std::ranges::all_of(matrix.findings, [&](const Finding* f) {
    const Ends ends = *ends_of(*f);
    return pairs.insert(std::minmax(ends.from, ends.to)).second;
  });
}

/// Rates of GPU pairs over NVLink, in matrices that are large enough.
std::vector<Matrix> matrices_of(std::span<const Measurement> rows, std::vector<Finding>& findings) {
  std::unordered_set<std::string> over_nvlink;
  for (const Measurement& m : rows) {
    if (m.transport == "nvlink" && m.better == Better::higher) {
      over_nvlink.insert(finding_id(m));
    }
  }
  std::map<std::string, Matrix> by_name;
  for (Finding& f : findings) {
    if (!f.value || *f.value <= 0 || !ends_of(f) || !over_nvlink.contains(f.id)) continue;
    const std::string name = kind_of_copy(f);
    Matrix& matrix = by_name[name];
    matrix.name = name;
    matrix.findings.push_back(&f);
  }
  std::vector<Matrix> matrices;
  for (auto& [name, matrix] : by_name) {
    if (matrix.findings.size() < least_paths) continue;
    matrix.both_ways = is_both_ways(matrix);
    matrices.push_back(std::move(matrix));
  }
  // Those that tell one direction from the other come first.
  std::ranges::stable_partition(matrices, [](const Matrix& matrix) { return !matrix.both_ways; });
  return matrices;
}

/// The sigma behind the interval that the verdict used.
double sigma_of(const Finding& f) {
  const double h = f.ci_high ? std::log(*f.ci_high / *f.value) / verdict_z() : 0;
  return std::max(h > 0 ? h : default_spread(f.metric, f.better),
                  localisation::reference::least_sigma);
}

struct Level {
  std::vector<double> expected;  ///< of each path, as a logarithm
  double sigma = 0;              ///< how much the faster half of the paths differs
  std::string compared_with;
};

Level level_of(const Matrix& matrix) {
  Level level;
  const bool is_learned = std::ranges::all_of(matrix.findings, [](const Finding* f) {
    const auto expected = parse_number(f->expected);
    return f->basis == "learned" && expected && *expected > 0;
  });
  if (is_learned) {
    level.compared_with = "the learned baseline";
    for (const Finding* f : matrix.findings) {
      level.expected.push_back(std::log(*parse_number(f->expected)));
    }
    return level;
  }
  std::vector<double> logs, sigmas;
  for (const Finding* f : matrix.findings) {
    logs.push_back(std::log(*f->value));
    sigmas.push_back(sigma_of(*f));
  }
  const auto reference = localisation::reference_of(logs, {{}, median(std::move(sigmas))});
  level.compared_with = "the node's other paths";
  level.expected.assign(matrix.findings.size(), reference->reference);
  const double scale = upper_scale(logs);
  if (std::isfinite(scale)) level.sigma = scale;
  return level;
}

bool crosses(const Element& element, const Ends& ends) {
  switch (element.kind) {
    case Kind::gpu:
      return element.index == ends.from || element.index == ends.to;
    case Kind::gpu_sending:
      return element.index == ends.from;
    case Kind::gpu_receiving:
      return element.index == ends.to;
    case Kind::gpu_pair:
      return element.index == std::min(ends.from, ends.to) &&
             element.second == std::max(ends.from, ends.to);
    default:
      return true;
  }
}

std::string name_of(const Element& element) {
  if (element.kind == Kind::all_gpus) return "all GPUs";
  if (element.kind == Kind::gpu_pair) {
    return fmt::format("gpu{} and gpu{} between each other", element.index, element.second);
  }
  const std::string gpu = fmt::format("gpu{}", element.index);
  return element.kind == Kind::gpu ? gpu : gpu + ' ' + part_of(element.kind);
}

/// One culprit with what it was found in, the most certain first.
struct Found {
  Culprit culprit;
  const Matrix* matrix = nullptr;
  std::string compared_with;
  std::vector<std::string> also_in;
  bool fails = false;  ///< one of its paths does
};

std::string sentence_of(const Found& found) {
  const Culprit& c = found.culprit;
  std::string text = name_of(c.element);
  for (const Element& other : c.alike) text += ", or " + name_of(other);
  text +=
      fmt::format(" {} {} slower than {} in {}", c.element.kind == Kind::all_gpus ? "are" : "is",
                  percent(c.deficit), found.compared_with, found.matrix->name);
  if (!found.also_in.empty()) {
    text += fmt::format(" and {} more", counted(found.also_in.size(), "kind"));
  }
  text += fmt::format(": that explains {}, {}", counted(c.paths, "path"), odds(c.gain));
  if (!c.alike.empty()) text += "; no path that was measured tells these apart";
  return text;
}

Finding finding_of(const Found& found, const ManifestEntry& node) {
  const Element& element = found.culprit.element;
  const bool is_node = element.kind == Kind::all_gpus;
  Finding f =
      culprit_finding(node, family_of(found.matrix->findings.front()->metric), found.culprit,
                      is_node ? "node" : fmt::format("gpu{}", element.index),
                      element.kind == Kind::gpu_pair ? fmt::format("gpu{}", element.second) : "");
  f.verdict = found.fails && found.culprit.is_convicted() ? Verdict::fail : Verdict::warn;
  f.text = part_of(element.kind);
  f.sentence = sentence_of(found);
  f.action = action_for(element.kind);
  f.provenance = found.matrix->findings.front()->provenance;
  double slowest = 1;
  for (const Finding* path : found.matrix->findings) {
    const double deficit = path->deficit.value_or(0);
    if (!crosses(element, *ends_of(*path)) || (slowest < 1 && deficit <= 1 - slowest)) continue;
    slowest = 1 - deficit;
    f.case_name = path->case_name;  // measuring its slowest path again tests it
    f.probe = path->probe;
  }
  return f;
}

void explain_paths(const std::string& name, const Culprit& culprit, const Matrix& matrix) {
  for (Finding* f : matrix.findings) {
    if (f->verdict < Verdict::warn || !crosses(culprit.element, *ends_of(*f))) continue;
    f->sentence += "; " + name + " explains it";
  }
}

using FoundBy = std::map<Element, Found>;

/// The direction of a GPU that was found slow, the other being fast: where only both are measured
/// at once it is the GPU. The end if there is none.
FoundBy::iterator one_way_of(FoundBy& found, const Element& gpu) {
  if (gpu.kind != Kind::gpu && gpu.kind != Kind::gpu_sending && gpu.kind != Kind::gpu_receiving) {
    return found.end();
  }
  const auto is = [&](Kind kind) { return found.find(Element{kind, gpu.index, 0}); };
  const auto sending = is(Kind::gpu_sending), receiving = is(Kind::gpu_receiving);
  if (is(Kind::gpu) != found.end()) return found.end();
  return sending != found.end() ? sending : receiving;
}

}  // namespace

void find_gpu_culprits(const ManifestEntry& node, std::span<const Measurement> rows,
                       std::vector<Finding>& findings) {
  const std::vector<Matrix> matrices = matrices_of(rows, findings);
  FoundBy found;
  for (const Matrix& matrix : matrices) {
    const Level level = level_of(matrix);
    std::vector<localisation::GpuPath> paths;
    std::uint32_t gpus = 0;
    for (std::size_t i = 0; i < matrix.findings.size(); ++i) {
      const Finding& f = *matrix.findings[i];
      const Ends ends = *ends_of(f);
      gpus = std::max({gpus, ends.from + 1, ends.to + 1});
      paths.push_back({ends.from, ends.to, std::log(*f.value) - level.expected[i],
                       std::max(sigma_of(f), level.sigma)});
    }
    for (const Culprit& culprit : localisation::slow_gpus(gpus, paths)) {
      // Less than certain is named too, as a warning: the two paths of a pair cannot say more than
      // odds of 450 to 1, and with usual noise one in twelve slow pairs stays below 100 to 1.
      if (culprit.deficit <= localisation::GpuMatrixRule().conviction.gate) continue;
      const bool fails = std::ranges::any_of(matrix.findings, [&](const Finding* f) {
        return f->verdict == Verdict::fail && crosses(culprit.element, *ends_of(*f));
      });
      const auto one_way = matrix.both_ways ? one_way_of(found, culprit.element) : found.end();
      if (one_way != found.end()) {
        Found& entry = one_way->second;
        entry.also_in.push_back(matrix.name);
        entry.fails |= fails;
        if (culprit.is_convicted()) explain_paths(name_of(entry.culprit.element), culprit, matrix);
        continue;
      }
      Found& entry = found[culprit.element];
      if (entry.matrix == nullptr || culprit.gain > entry.culprit.gain) {
        if (entry.matrix != nullptr) entry.also_in.push_back(entry.matrix->name);
        entry.culprit = culprit;
        entry.matrix = &matrix;
        entry.compared_with = level.compared_with;
      } else {
        entry.also_in.push_back(matrix.name);
      }
      entry.fails |= fails;
      if (culprit.is_convicted()) explain_paths(name_of(culprit.element), culprit, matrix);
    }
  }
  std::vector<Finding> added;
  for (const auto& [element, entry] : found) added.push_back(finding_of(entry, node));
  findings.insert(findings.end(), added.begin(), added.end());
  if (!added.empty()) sort_for_reading(findings);
}

}  // namespace plumbline
