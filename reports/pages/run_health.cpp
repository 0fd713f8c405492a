#include <fmt/format.h>

#include <algorithm>

#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t most_rows = 400;

bool went_well(const TaskRecord& task) { return task.outcome == "ok"; }

void task_line(const Element& body, const TaskRecord& task, double longest) {
  const Element row = body.add("tr", {{"class", went_well(task) ? "well" : "unwell"}});
  row.add("td", {{"title", task.command}}).text(task.task);
  row.add("td", {{"class", "host"}}).text(task.host);
  number_cell(row, std::to_string(task.attempt));
  text_cell(row, task.outcome.empty() ? "never ended" : task.outcome);
  row.add("td", {{"class", "time"}}).text(person_time(task.started));
  if (task.seconds) {
    number_cell(row, person_duration(*task.seconds), *task.seconds);
  } else {
    number_cell(row, "");
  }
  {
    const Element cell = row.add("td", {{"class", "bar-cell short"}});
    const Element svg = cell.add("svg", {{"class", "bar short"},
                                         {"viewBox", "0 0 100 14"},
                                         {"preserveAspectRatio", "none"},
                                         {"aria-hidden", "true"}});
    svg.add("rect", {{"class", went_well(task) ? "v-unjudged" : "v-fail"},
                     {"x", 0.0},
                     {"y", 3.0},
                     {"width", longest > 0 ? 100 * task.seconds.value_or(0) / longest : 0.0},
                     {"height", 8.0}});
  }
  row.add("td", {{"class", "why"}}).text(task.reason);
}

void tasks(const Element& section, const Evidence& evidence) {
  if (evidence.tasks.empty()) {
    section.add("p").text("No journal was read: nothing is known about the tasks that were run.");
    return;
  }
  std::vector<const TaskRecord*> order;
  double longest = 0;
  for (const TaskRecord& task : evidence.tasks) {
    order.push_back(&task);
    longest = std::max(longest, task.seconds.value_or(0));
  }
  std::ranges::stable_partition(order, [](const TaskRecord* task) { return !went_well(*task); });
  const TaskTotals& totals = evidence.task_totals;
  section.add("h3").text("Tasks");
  section.add("p", {{"class", "lead"}})
      .text(fmt::format(
          "{} in {}; {}.", count_of(totals.tasks, "task"), person_duration(totals.seconds),
          totals.not_well == 0 ? "all ended well"
                               : fmt::format("{} did not end well", count(totals.not_well))));
  {
    const SortableTable table(section, "",
                              {{"Task"},
                               {"Host"},
                               {"Attempt", true},
                               {"Outcome"},
                               {"Started"},
                               {"Took", true},
                               {""},
                               {"Reason"}});
    for (std::size_t i = 0; i < std::min(order.size(), most_rows); ++i) {
      task_line(table.body, *order[i], longest);
    }
  }
  const std::uint64_t shown = std::min(order.size(), most_rows);
  if (totals.tasks > shown) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("{} more tasks stand in the journal.", count(totals.tasks - shown)));
  }
}

void lines(const Element& section, const char* title, const char* meaning,
           const std::vector<std::string>& all) {
  if (all.empty()) return;
  section.add("h3").text(title);
  section.add("p", {{"class", "lead"}}).text(meaning);
  const Element list = section.add("ul", {{"class", "plain code"}});
  for (std::size_t i = 0; i < std::min(all.size(), most_rows); ++i) list.add("li").text(all[i]);
  if (all.size() > most_rows) {
    list.add("li").text(fmt::format("and {} more", count(all.size() - most_rows)));
  }
}

}  // namespace

void render_run_health(const Evidence& evidence, const Element& section) {
  tasks(section, evidence);
  lines(section, "Rows that could not be read",
        "They are left out of every verdict, and make their node incomplete.", evidence.bad_rows);
  lines(section, "Cut last lines",
        "Their writer was ended while it wrote. Nothing before them is lost.", evidence.torn_lines);
  if (evidence.bad_rows.empty() && evidence.torn_lines.empty()) {
    section.add("p").text("Every row could be read, and no line is cut.");
  }
}

}  // namespace plumbline
