#include "reports/evaluation/series.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "results/schema/digits.h"

namespace plumbline {
namespace {

bool has_value(const Measurement& m) {
  if (m.outcome != Outcome::ok) return false;
  if (m.median) return std::isfinite(*m.median);
  return m.better == Better::exact && !m.text.empty();
}

auto order(const Measurement& m) {
  return std::tie(m.time, m.attempt, m.run, m.task, m.median, m.text, m.note, m.provenance);
}

bool same_row(const Measurement& a, const Measurement& b) {
  return a.outcome == b.outcome && order(a) == order(b);
}

void put_in_order(std::vector<const Measurement*>& rows) {
  if (rows.size() < 2) return;
  std::sort(rows.begin(), rows.end(),
            [](const Measurement* a, const Measurement* b) { return order(*a) < order(*b); });
  rows.erase(
      std::unique(rows.begin(), rows.end(),
                  [](const Measurement* a, const Measurement* b) { return same_row(*a, *b); }),
      rows.end());
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// What rows and findings are about, in reading order. Names that read alike ("gpu01", "gpu1") are
/// told apart at last.
template <class Row>
bool comes_before(const Row& a, const Row& b) {
  if (a.metric != b.metric) return a.metric < b.metric;
  if (a.subject != b.subject) {
    return natural_less(a.subject, b.subject) ||
           (!natural_less(b.subject, a.subject) && a.subject < b.subject);
  }
  if (a.peer != b.peer) {
    return natural_less(a.peer, b.peer) || (!natural_less(b.peer, a.peer) && a.peer < b.peer);
  }
  if (a.bytes != b.bytes) return a.bytes < b.bytes;
  return a.params < b.params;
}

/// FNV-1a of a text that is never put together.
class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037U;
};

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (digit(a.front()) && digit(b.front())) {
      const auto number = [](std::string_view& text) {
        const std::size_t end = std::min(text.size(), text.find_first_not_of("0123456789"));
        std::string_view digits = text.substr(0, end);
        text.remove_prefix(end);
        digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
        return std::pair(digits.size(), digits);
      };
      const auto left = number(a);
      const auto right = number(b);
      if (left != right) return left < right;
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

const Measurement& Series::last() const {
  if (values.empty()) return *without.back();
  if (without.empty()) return *values.back();
  return order(*without.back()) < order(*values.back()) ? *values.back() : *without.back();
}

std::vector<Series> series_of(std::span<const Measurement> rows) {
  std::vector<const Measurement*> sorted;
  sorted.reserve(rows.size());
  for (const Measurement& m : rows) sorted.push_back(&m);
  std::sort(sorted.begin(), sorted.end(),
            [](const Measurement* a, const Measurement* b) { return comes_before(*a, *b); });
  std::vector<Series> all;
  all.reserve(rows.size());
  const Measurement* before = nullptr;
  for (const Measurement* m : sorted) {
    if (before == nullptr || comes_before(*before, *m)) all.emplace_back();
    (has_value(*m) ? all.back().values : all.back().without).push_back(m);
    before = m;
  }
  for (Series& series : all) {
    put_in_order(series.values);
    put_in_order(series.without);
  }
  return all;
}

std::string reason_of(const Measurement& m) {
  if (!m.note.empty()) return m.note;
  return m.outcome == Outcome::ok ? "the row says ok but has no value" : "no reason was given";
}

const char* happened_to(const Measurement& m) {
  return m.outcome == Outcome::skipped ? "was skipped" : "failed";
}

Finding finding_about(const Measurement& m) {
  Finding f;
  f.id = finding_id(m);
  f.host = m.host;
  f.instance_type = m.instance_type;
  f.probe = m.probe;
  f.case_name = m.case_name;
  f.metric = m.metric;
  f.subject = m.subject;
  f.peer = m.peer;
  f.bytes = m.bytes;
  f.params = m.params;
  f.unit = m.unit;
  f.better = m.better;
  f.provenance = m.provenance;
  return f;
}

std::string finding_id(const Measurement& m) {
  constexpr std::string_view apart = "\x1f";
  Fnv key;
  key.add(m.host);
  for (const std::string_view part :
       {std::string_view(m.metric), std::string_view(m.subject), std::string_view(m.peer)}) {
    key.add(apart);
    key.add(part);
  }
  std::string bytes;
  append_integer(m.bytes, bytes);
  key.add(apart);
  key.add(bytes);
  key.add(apart);
  bool is_first = true;
  for (const auto& [name, value] : m.params) {
    if (!is_first) key.add(";");
    key.add(name);
    key.add("=");
    key.add(value);
    is_first = false;
  }
  auto id = static_cast<std::uint32_t>(key.hash() ^ (key.hash() >> 32));
  std::string text(8, '0');
  for (auto digit = text.rbegin(); id != 0; ++digit, id >>= 4) *digit = "0123456789abcdef"[id & 15];
  return text;
}

void sort_for_reading(std::vector<Finding>& findings) {
  const auto before = [](const Finding& a, const Finding& b) {
    return a.host == b.host ? comes_before(a, b) : natural_less(a.host, b.host);
  };
  if (std::is_sorted(findings.begin(), findings.end(), before)) return;
  // A finding is large: it is moved once, into its place.
  std::vector<std::size_t> order(findings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before(findings[a], findings[b]); });
  std::vector<Finding> sorted;
  sorted.reserve(findings.size());
  for (const std::size_t at : order) sorted.push_back(std::move(findings[at]));
  findings = std::move(sorted);
}

}  // namespace plumbline
