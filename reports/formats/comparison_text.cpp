#include "reports/formats/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/comparison/comparison_words.h"
#include "reports/evaluation/sentence.h"
#include "reports/formats/plain_line.h"

namespace plumbline {
namespace {

/// The first lines; how many there are more.
template <class Item, class Line>
std::string first(const std::vector<Item>& items, std::size_t most, std::size_t all,
                  const Line& line, const char* more) {
  std::string text;
  const std::size_t shown = std::min(most, items.size());
  for (std::size_t i = 0; i < shown; ++i) text += "  " + plain_line(line(items[i])) + '\n';
  if (all > shown) text += fmt::format("  and {} more {}\n", all - shown, more);
  return text;
}

std::string value_line(const ComparedValue& value) {
  return fmt::format("{:<7} {}", change_verdict_names[value.verdict], words_of(value));
}

std::string hosts_line(const char* what, std::uint64_t count,
                       const std::vector<std::string>& names) {
  if (count == 0) return {};
  constexpr std::size_t shown = 5;
  const std::vector<std::string> some(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size())));
  return fmt::format("  {} {}: {}{}\n", counted(count, "host"), what, fmt::join(some, ", "),
                     count > some.size() ? " ..." : "");
}

}  // namespace

std::string comparison_text(const Comparison& c) {
  std::string text = fmt::format("{}: {}\n", comparison_headline(c), comparison_summary(c));
  text +=
      fmt::format("  before: {}\n  after:  {}\n", names_of_runs(c.before), names_of_runs(c.after));
  if (c.simulated) text += "SIMULATED: nothing of this says anything about a real machine\n";
  std::vector<ComparedValue> changed;
  std::copy_if(c.groups.begin(), c.groups.end(), std::back_inserter(changed),
               [](const ComparedValue& value) { return value.verdict >= ChangeVerdict::better; });
  const std::string groups = first(changed, 8, changed.size(), value_line, "kinds that changed");
  if (!groups.empty()) text += "\nover all hosts:\n" + groups;
  const std::string series = first(c.series, 8, c.series_worse + c.series_better, value_line,
                                   "that changed for themselves");
  if (!series.empty()) text += "\nfor themselves:\n" + series;
  const std::string facts = first(
      c.facts, 5, c.facts.size(), [](const ChangedFact& fact) { return words_of(fact); },
      "facts that changed");
  if (!facts.empty()) text += "\nfacts:\n" + facts;
  const std::string software = first(
      c.software, 5, c.software.size(), [](const ChangedSoftware& s) { return words_of(s); },
      "settings that differ");
  if (!software.empty()) text += "\nsoftware:\n" + software;
  std::string only;
  if (c.two_fleets) {
    only +=
        fmt::format("  no host is in both: {} before, {} after\n", c.hosts_before, c.hosts_after);
  } else {
    only += hosts_line("only before", c.hosts_before - c.hosts_in_both, c.only_before);
    only += hosts_line("only after", c.hosts_after - c.hosts_in_both, c.only_after);
  }
  if (c.series_before > 0) {
    only += fmt::format("  {} measured only before\n", counted(c.series_before, "thing"));
  }
  if (c.series_after > 0) {
    only += fmt::format("  {} measured only after\n", counted(c.series_after, "thing"));
  }
  if (c.mixed > 0) {
    only += fmt::format("  {} simulated on one side: not compared\n", counted(c.mixed, "thing"));
  }
  for (const std::string& note : c.notes) only += "  " + plain_line(note) + '\n';
  if (!only.empty()) text += "\nnot compared:\n" + only;
  return text;
}

}  // namespace plumbline
