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
  double longest = 0, total = 0;
  for (const TaskRecord& task : evidence.tasks) {
    order.push_back(&task);
    longest = std::max(longest, task.seconds.value_or(0));
    total += task.seconds.value_or(0);
  }
  const auto failed = static_cast<std::size_t>(
      std::ranges::count_if(order, [](const TaskRecord* task) { return !went_well(*task); }));
  std::ranges::stable_partition(order, [](const TaskRecord* task) { return !went_well(*task); });
  section.add("h3").text("Tasks");
  section.add("p", {{"class", "lead"}})
      .text(
          fmt::format("{} in {}; {}.", count_of(order.size(), "task"), person_duration(total),
                      failed == 0 ? "all ended well" : fmt::format("{} did not end well", failed)));
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
  if (order.size() > most_rows) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("{} more tasks stand in the journal.", count(order.size() - most_rows)));
  }
}

void not_measured(const Element& section, const Evidence& evidence) {
  if (evidence.not_measured.empty()) return;
  section.add("h3").text("Failed and skipped rows");
  const SortableTable table(
      section, "",
      {{"Outcome"}, {"Host"}, {"Metric"}, {"Subject"}, {"Attempt", true}, {"Time"}, {"Note"}});
  std::vector<const Measurement*> order;
  for (const Measurement& row : evidence.not_measured) order.push_back(&row);
  std::ranges::stable_partition(
      order, [](const Measurement* row) { return row->outcome == Outcome::failed; });
  for (std::size_t i = 0; i < std::min(order.size(), most_rows); ++i) {
    const Measurement& measured = *order[i];
    const Element row =
        table.body.add("tr", {{"class", measured.outcome == Outcome::failed ? "unwell" : "well"}});
    text_cell(row, outcome_names[measured.outcome]);
    row.add("td", {{"class", "host"}}).text(measured.host);
    {
      const Element cell = row.add("td", {{"class", "metric"}});
      cell.text(measured.metric);
      const std::string work = work_of(measured);
      if (!work.empty()) cell.text(" ").add("span", {{"class", "work"}}).text(work);
    }
    text_cell(row, path_of(measured));
    number_cell(row, std::to_string(measured.attempt));
    row.add("td", {{"class", "time"}}).text(person_time(measured.time));
    row.add("td", {{"class", "why"}}).text(measured.note);
  }
  if (order.size() > most_rows) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("{} more rows stand in measurements.csv.",
                          count(order.size() - most_rows)));
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
  not_measured(section, evidence);
  lines(section, "Rows that could not be read",
        "They are left out of every verdict, and make their node incomplete.", evidence.bad_rows);
  lines(section, "Cut last lines",
        "Their writer was ended while it wrote. Nothing before them is lost.", evidence.torn_lines);
  if (evidence.not_measured.empty() && evidence.bad_rows.empty() && evidence.torn_lines.empty()) {
    section.add("p").text(
        "No row failed or was skipped, every row could be read, and no line is cut.");
  }
}

}  // namespace plumbline
