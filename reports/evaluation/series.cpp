#include "reports/evaluation/series.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <numeric>
#include <optional>
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

/// "gpu2" before "gpu10"; names that read alike ("gpu01", "gpu1") are equal.
std::strong_ordering natural_order(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (digit(a.front()) && digit(b.front())) {
      const auto number = [](std::string_view& text) {
        const auto end = std::find_if_not(text.begin(), text.end(), digit);
        std::string_view digits(text.begin(), end);
        text = {end, text.end()};
        digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
        return std::pair(digits.size(), digits);
      };
      const auto left = number(a);
      const auto right = number(b);
      if (left != right) return left <=> right;
    } else {
      if (a.front() != b.front()) return a.front() <=> b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() <=> b.size();
}

/// Names that read alike are told apart at last.
template <class Name>
std::strong_ordering order_of_names(const Name& a, const Name& b) {
  if (a == b) return std::strong_ordering::equal;
  const auto order = natural_order(a, b);
  return order != 0 ? order : a <=> b;
}

template <class Row>
std::strong_ordering order_of_subjects(const Row& a, const Row& b) {
  if (const auto order = a.metric <=> b.metric; order != 0) return order;
  return order_of_names(a.subject, b.subject);
}

template <class Row>
std::strong_ordering order_within_subject(const Row& a, const Row& b) {
  if (const auto order = order_of_names(a.peer, b.peer); order != 0) return order;
  if (const auto order = a.bytes <=> b.bytes; order != 0) return order;
  return a.params <=> b.params;
}

/// What rows and findings are about, in reading order.
template <class Row>
std::strong_ordering reading_order(const Row& a, const Row& b) {
  const auto order = order_of_subjects(a, b);
  return order != 0 ? order : order_within_subject(a, b);
}

/// Rows of one host for which reading_order() says equal.
bool are_of_one_series(const Measurement& a, const Measurement& b) {
  return a.metric == b.metric && a.subject == b.subject && a.bytes == b.bytes &&
         a.params == b.params && a.peer == b.peer;
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

bool natural_less(std::string_view a, std::string_view b) { return natural_order(a, b) < 0; }

const Measurement& Series::last() const {
  if (values.empty()) return *without.back();
  if (without.empty()) return *values.back();
  return order(*without.back()) < order(*values.back()) ? *values.back() : *without.back();
}

std::vector<Series> series_of(std::span<const Measurement> rows) {
  return SeriesSorter().series_of(rows);
}

std::vector<Series> SeriesSorter::series_of(std::span<const Measurement> rows) {
  if (order_.size() != rows.size()) {
    order_.resize(rows.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }
  const auto before = [rows](std::size_t a, std::size_t b) {
    return reading_order(rows[a], rows[b]) < 0;
  };
  if (!sort_subjects(rows)) std::sort(order_.begin(), order_.end(), before);
  std::vector<Series> all;
  all.reserve(rows.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Measurement& m = rows[order_[i]];
    if (i == 0 || !are_of_one_series(rows[order_[i - 1]], m)) all.emplace_back();
    (has_value(m) ? all.back().values : all.back().without).push_back(&m);
  }
  for (Series& series : all) {
    put_in_order(series.values);
    put_in_order(series.without);
  }
  return all;
}

bool SeriesSorter::sort_subjects(std::span<const Measurement> rows) {
  const Measurement* last = nullptr;
  std::size_t number = 0;
  bool last_was_so_before = false;
  for (auto begin = order_.begin(); begin != order_.end(); ++number) {
    const Measurement& first = rows[*begin];
    const Subject subject{first.metric, first.subject};
    const bool was_so_before = number < subjects_.size() && subjects_[number] == subject;
    if (last != nullptr && !(was_so_before && last_was_so_before) &&
        order_of_subjects(*last, first) >= 0) {
      subjects_.resize(std::min(subjects_.size(), number));
      return false;
    }
    if (number == subjects_.size()) subjects_.emplace_back();
    subjects_[number] = subject;
    last_was_so_before = was_so_before;
    const auto end = std::find_if(begin + 1, order_.end(), [&](std::size_t i) {
      return rows[i].subject != first.subject || rows[i].metric != first.metric;
    });
    const auto before = [rows](std::size_t a, std::size_t b) {
      return order_within_subject(rows[a], rows[b]) < 0;
    };
    if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
    last = &first;
    begin = end;
  }
  subjects_.resize(number);
  return true;
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
  // How the key of a row begins, as that of the next one nearly always does.
  struct Beginning {
    Text host, metric;
    Fnv key;
  };
  thread_local std::optional<Beginning> before;
  if (!before || before->host != m.host || before->metric != m.metric) {
    before = {m.host, m.metric, {}};
    before->key.add(m.host);
    before->key.add(apart);
    before->key.add(m.metric);
  }
  Fnv key = before->key;
  for (const std::string_view part : {std::string_view(m.subject), std::string_view(m.peer)}) {
    key.add(apart);
    key.add(part);
  }
  std::string bytes;
  append_integer(m.bytes, bytes);
  key.add(apart);
  key.add(bytes);
  key.add(apart);
  key.add(format_params(m.params));
  auto id = static_cast<std::uint32_t>(key.hash() ^ (key.hash() >> 32));
  std::string text(8, '0');
  for (auto digit = text.rbegin(); id != 0; ++digit, id >>= 4) *digit = "0123456789abcdef"[id & 15];
  return text;
}

void sort_for_reading(std::vector<Finding>& findings) {
  const auto before = [](const Finding& a, const Finding& b) {
    return a.host == b.host ? reading_order(a, b) < 0 : natural_less(a.host, b.host);
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

bool worse(const Finding& a, const Finding& b) {
  const double left = a.deficit.value_or(0);
  const double right = b.deficit.value_or(0);
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  if (left != right) return left > right;
  if (a.host != b.host) return a.host < b.host;
  const auto order = reading_order(a, b);
  return order != 0 ? order < 0 : a.id < b.id;
}

}  // namespace plumbline
