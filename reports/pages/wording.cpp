#include "reports/pages/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::string_view minus = "\u2212";
constexpr std::string_view thin_space = "\u202F";

std::string with_true_minus(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, minus);
  return text;
}

void badge(const Element& into, std::string_view shape, std::string_view css, const char* word) {
  const Element span = into.add("span", {{"class", fmt::format("badge {}", css)}});
  {
    const Element svg =
        span.add("svg", {{"class", "shape"}, {"viewBox", "0 0 12 12"}, {"aria-hidden", "true"}});
    svg.add("use", {{"href", fmt::format("#shape-{}", shape)}});
  }
  span.text(word);
}

}  // namespace

std::string person_number(double value) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (std::trunc(value) == value && size < 1e15) {
    return with_true_minus(fmt::format("{:.0f}", value));
  }
  if (size >= 1e6 || size < 1e-4) return with_true_minus(fmt::format("{:.3e}", value));
  // Rounding may carry into one more digit: 999.96 is 1000.
  const double rounded = std::stod(fmt::format("{:.3e}", size));
  const int digits = 3 - static_cast<int>(std::floor(std::log10(rounded)));
  return with_true_minus(fmt::format("{:.{}f}", value, std::max(digits, 0)));
}

std::string_view unit_text(std::string_view unit) {
  return unit == "count" || unit == "text" || unit == "index" ? "" : unit;
}

std::string value_with_unit(double value, std::string_view unit) {
  return unit_text(unit).empty() ? person_number(value)
                                 : fmt::format("{}\u00A0{}", person_number(value), unit);
}

std::string found(const Finding& finding) {
  return finding.value ? person_number(*finding.value) : finding.text;
}

std::string expected(const Finding& finding) {
  const auto number = parse_number(finding.expected);
  return number ? person_number(*number) : finding.expected.str();
}

std::optional<double> difference(const Finding& finding) {
  const auto reference = parse_number(finding.expected);
  if (!finding.value || !reference || *reference == 0) return std::nullopt;
  return *finding.value / *reference - 1;
}

std::string signed_percent(double ratio) {
  const double percent = 100 * ratio;
  if (std::abs(percent) < 0.05) return "0.0\u00A0%";
  const int digits = std::abs(percent) < 100 ? 1 : 0;
  const std::string text = fmt::format("{:+.{}f}", percent, digits);
  return with_true_minus(text) + "\u00A0%";
}

std::string count(std::uint64_t number) {
  std::string text = std::to_string(number);
  if (text.size() < 5) return text;
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, thin_space);
  return text;
}

std::string count_of(std::uint64_t number, std::string_view singular) {
  return fmt::format("{}\u00A0{}{}", count(number), singular, number == 1 ? "" : "s");
}

std::string time_without_zone(WallTime time) {
  const std::string text = format_time(time);
  return text.substr(0, 10) + ' ' + text.substr(11, 8);
}

std::string person_time(WallTime time) { return time_without_zone(time) + " UTC"; }

std::string person_duration(double seconds) {
  if (seconds < 1) return fmt::format("{:.2f}\u00A0s", seconds);
  if (seconds < 60) return fmt::format("{:.1f}\u00A0s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}\u00A0min {:02}\u00A0s", whole / 60, whole % 60);
  return fmt::format("{}\u00A0h {:02}\u00A0min", whole / 3600, whole / 60 % 60);
}

std::string work_of(std::uint64_t bytes, const Params& params) {
  std::string text = bytes == 0 ? "" : format_bytes(bytes);
  for (const auto& [key, value] : params) {
    if (!text.empty()) text += ", ";
    text += key + '=' + value;
  }
  return text;
}

std::string work_of(const Finding& finding) { return work_of(finding.bytes, finding.params); }
std::string work_of(const Measurement& measurement) {
  return work_of(measurement.bytes, measurement.params);
}

std::string_view verdict_class(Verdict verdict) {
  static constexpr auto classes =
      names_of<Verdict>("v-pass", "v-unjudged", "v-warn", "v-inconclusive", "v-missing", "v-fail");
  return classes[verdict];
}

std::string_view outcome_class(NodeOutcome outcome) {
  static constexpr auto classes = names_of<NodeOutcome>("v-pass", "v-missing", "v-fail");
  return classes[outcome];
}

void badge(const Element& into, Verdict verdict) {
  badge(into, verdict_class(verdict).substr(2), verdict_class(verdict), verdict_names[verdict]);
}

void badge(const Element& into, NodeOutcome outcome) {
  badge(into, outcome_class(outcome).substr(2), outcome_class(outcome),
        node_outcome_names[outcome]);
}

void badge_shapes(const Element& body) {
  struct Shape {
    const char* id;
    const char* path;
  };
  static constexpr Shape shapes[] = {
      {"shape-pass", "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z"},
      {"shape-unjudged", "M1 5h10v2h-10z"},
      {"shape-warn", "M6 .8 11.6 11H.4z"},
      {"shape-inconclusive", "M6 0 12 6 6 12 0 6zM6 3 3 6 6 9 9 6z"},
      {"shape-missing", "M0 0h12v12h-12zM2.2 2.2v7.6h7.6v-7.6z"},
      {"shape-fail",
       "M2.3 0 6 3.7 9.7 0 12 2.3 8.3 6 12 9.7 9.7 12 6 8.3 2.3 12 0 9.7 3.7 6 0 2.3z"},
  };
  const Element svg = body.add("svg", {{"class", "shapes"}, {"aria-hidden", "true"}});
  for (const Shape& shape : shapes) {
    const Element symbol = svg.add("symbol", {{"id", shape.id}, {"viewBox", "0 0 12 12"}});
    symbol.add("path", {{"d", shape.path}, {"fill-rule", "evenodd"}});
  }
}

std::string anchor(std::string_view kind, std::string_view name) {
  return fmt::format("{}={}", kind, html::fragment(name));
}

std::string node_anchor(std::string_view host) { return anchor("node", host); }
std::string finding_anchor(const Finding& finding) { return anchor("finding", finding.id); }

std::string person_time(const ReportedRun& run) {
  if (run.started == WallTime{}) return "at an unknown time: the run has no journal";
  if (!run.ended) return person_time(run.started) + ", not finished";
  return person_time(run.started) + ", " +
         person_duration(std::chrono::duration<double>(*run.ended - run.started).count());
}

void prose(const Element& into, std::string_view sentence) {
  bool code = false;
  while (!sentence.empty()) {
    const std::size_t end = std::min(sentence.find('`'), sentence.size());
    const std::string_view part = sentence.substr(0, end);
    const bool closed = end < sentence.size();
    if (code && closed) {
      into.add("code").text(part);
    } else if (code) {
      into.text("`").text(part);  // a backtick without its other half is only a character
    } else {
      into.text(part);
    }
    code = !code && closed;
    sentence.remove_prefix(std::min(end + 1, sentence.size()));
  }
}

void command_line(const Element& into, std::string_view command) {
  const Element line = into.add("div", {{"class", "command"}});
  // One line, whatever is in it: a line end in a copied command would run it.
  std::string one_line(command);
  std::ranges::replace_if(
      one_line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  line.add("code").text(one_line);
  line.add("button", {{"type", "button"}, {"class", "copy"}, {"hidden"}}).text("Copy");
}

}  // namespace plumbline
