#include "reports/evaluation/expectations.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* transport_param = "transport";
constexpr const char* any_host = "host";  ///< in a path, for the name of another host

/// Memory of the host goes without saying; what is expected of it is not expected of a GPU's.
bool is_of_one_memory(const Measurement& m, const Baseline& b) {
  return m.params.contains("memory") == b.params.contains("memory");
}

bool has_params(const Measurement& m, const Baseline& b) {
  if (!is_of_one_memory(m, b)) return false;
  return std::all_of(b.params.begin(), b.params.end(), [&](const auto& pair) {
    if (pair.first == transport_param) return true;
    const auto found = m.params.find(pair.first);
    return found != m.params.end() && found->second == pair.second;
  });
}

/// Greater is more specific.
auto rank(const Baseline& b, const Measurement& m, const std::string& path) {
  const bool asks = b.params.contains(transport_param);
  const int transport = !asks ? 0 : transport_as_asked(b, m) ? 2 : 1;
  return std::tuple(b.subject_class == path, b.params.size() - (asks ? 1 : 0), b.bytes.has_value(),
                    transport);
}

/// Where in "rdmap79s0>node-18/rdmap80s0" the other host's name is.
struct Range {
  std::size_t begin = 0, end = 0;
};
std::optional<Range> find_other_host(std::string_view path) {
  const std::size_t arrow = path.find('>');
  if (arrow == std::string_view::npos) return std::nullopt;
  const std::size_t slash = path.find('/', arrow);
  if (slash == std::string_view::npos) return std::nullopt;
  return Range{arrow + 1, slash};
}

}  // namespace

std::string counted_as(const std::string& path) {
  const auto other = find_other_host(path);
  return other ? path.substr(0, other->begin) + any_host : path;
}

std::string class_of(std::string_view path) {
  std::string text;
  if (const auto other = find_other_host(path)) {
    return class_of(path.substr(0, other->begin)) + any_host + class_of(path.substr(other->end));
  }
  std::copy_if(path.begin(), path.end(), std::back_inserter(text),
               [](char c) { return c < '0' || c > '9'; });
  return text;
}

std::string key_of(const Baseline& b) {
  std::string key = b.metric;
  for (const std::string& part :
       {b.subject_class, format_params(b.params), b.bytes ? std::to_string(*b.bytes) : "",
        std::to_string(b.nodes.value_or(1))}) {
    key += '\x1f';
    key += part;
  }
  return key;
}

bool transport_as_asked(const Baseline& b, const Measurement& m) {
  const auto asked = b.params.find(transport_param);
  if (asked == b.params.end() || asked->second == m.transport) return true;
  return m.transport.starts_with(asked->second + '/');
}

std::uint64_t nodes_of(const Measurement& m) {
  const auto nodes = m.params.find("nodes");
  if (nodes != m.params.end()) return parse_integer(nodes->second).value_or(1);
  const bool has_host =
      m.peer.find('/') != std::string::npos || m.subject.find('/') != std::string::npos;
  if (!has_host) return 1;  // nearly all, and no path needs to be put together
  return find_other_host(path_of(m)) ? 2 : 1;
}

Expectations::Expectations(std::vector<Baseline> baselines) : baselines_(std::move(baselines)) {
  std::sort(baselines_.begin(), baselines_.end(),
            [](const Baseline& a, const Baseline& b) { return key_of(a) < key_of(b); });
  for (std::size_t i = 0; i < baselines_.size(); ++i) {
    by_metric_[baselines_[i].metric].push_back(i);
    const std::string_view path = baselines_[i].subject_class;
    const auto other = find_other_host(path);
    name_other_hosts_ |= other && path.substr(other->begin, other->end - other->begin) != any_host;
  }
}

bool Expectations::has_gate() const {
  return std::any_of(baselines_.begin(), baselines_.end(),
                     [](const Baseline& b) { return b.use == Use::gate; });
}

bool Expectations::has_timed() const {
  return std::any_of(baselines_.begin(), baselines_.end(),
                     [](const Baseline& b) { return b.better != Better::exact; });
}

std::vector<std::size_t> Expectations::answered_by(const Measurement& m) const {
  const auto found = by_metric_.find(m.metric);
  if (found == by_metric_.end()) return {};
  const std::string path = path_of(m);
  const std::string subject_class = class_of(path);
  std::vector<std::size_t> answered;
  for (const std::size_t i : found->second) {
    const Baseline& b = baselines_[i];
    if ((b.subject_class == path || b.subject_class == subject_class) && has_params(m, b) &&
        (!b.bytes || *b.bytes == m.bytes) && b.nodes.value_or(1) == nodes_of(m)) {
      answered.push_back(i);
    }
  }
  if (answered.size() < 2) return answered;
  std::stable_sort(answered.begin(), answered.end(), [&](std::size_t a, std::size_t b) {
    return rank(baselines_[a], m, path) > rank(baselines_[b], m, path);
  });
  return answered;
}

}  // namespace plumbline
