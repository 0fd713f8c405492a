#include <fmt/format.h>

#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

void runs(const Element& section, const Evidence& evidence) {
  section.add("h3").text("Runs");
  const SortableTable table(section, "",
                            {{"Run"}, {"Suite"}, {"Made"}, {"Rows", true}, {"Command"}});
  for (const ReportedRun& run : evidence.runs) {
    const Element row = table.body.add("tr");
    row.add("td", {{"class", "code"}}).text(run.name);
    text_cell(row, run.suite);
    text_cell(row, person_time(run));
    number_cell(row, count(run.rows), static_cast<double>(run.rows));
    row.add("td", {{"class", "code"}}).text(run.command);
  }
}

void baselines(const Element& section, const Evidence& evidence) {
  section.add("h3").text("Baselines");
  if (evidence.baselines.empty()) section.add("p").text("None was used.");
  if (evidence.baselines.empty()) return;
  const SortableTable table(section, "",
                            {{"Type"}, {"File"}, {"Rows", true}, {"Kind"}, {"Origin"}});
  for (const BaselineFile& baseline : evidence.baselines) {
    const Element row = table.body.add("tr");
    text_cell(row, baseline.instance_type);
    row.add("td", {{"class", "code"}}).text(baseline.file);
    number_cell(row, count(baseline.rows), static_cast<double>(baseline.rows));
    text_cell(row, baseline.learned ? "learned here" : "shipped");
    text_cell(row, baseline.origin);
  }
}

}  // namespace

void render_provenance(const Evidence& evidence, const Element& section) {
  {
    const Element list = section.add("dl", {{"class", "facts"}});
    term(list, "plumbline").text(evidence.version);
    term(list, "Report made").text(person_time(evidence.made));
    if (!evidence.command.empty()) command_line(term(list, "with"), evidence.command);
    term(list, "Manifest")
        .text(fmt::format("{}{}", count_of(evidence.manifest.size(), "node"),
                          evidence.manifest_source.empty() ? "" : ", " + evidence.manifest_source));
    term(list, "Rows").text(evidence.simulated ? "simulated, wholly or in part" : "measured");
  }
  runs(section, evidence);
  baselines(section, evidence);
}

}  // namespace plumbline
