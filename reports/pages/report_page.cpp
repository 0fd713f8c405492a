#include "reports/pages/report_page.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "reports/html/element.h"
#include "reports/pages/assets/assets.h"
#include "reports/pages/page_head.h"
#include "reports/pages/pages.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

std::string title_of(const Evidence& evidence) {
  std::string title = fleet_verdict_names[evidence.verdict];
  if (evidence.simulated) title = "SIMULATED: " + title;
  if (evidence.nodes.size() == 1) title += " " + evidence.nodes.front().host;
  if (!evidence.runs.empty()) title += " \u00B7 " + evidence.runs.back().name;
  return title + " \u00B7 plumbline";
}

/// On top of everything, on every printed page too: these are no measurements.
void simulated_banner(const Element& body) {
  const Element banner = body.add("div", {{"class", "simulated"}, {"role", "note"}});
  banner.add("b").text("SIMULATED");
  banner.text(
      " Some or all rows describe a modelled machine. Nothing here accepts or rejects hardware.");
}

void contents(const Element& body) {
  const Element nav = body.add("nav", {{"aria-label", "Pages"}});
  const Element list = nav.add("ol");
  for (const Page& page : pages()) {
    const Element item = list.add("li");
    item.add("a", {{"href", fmt::format("#{}", page.id)}}).text(page.title);
  }
}

void masthead(const Element& body, const Evidence& evidence) {
  const Element header = body.add("header");
  header.add("span", {{"class", "mark-name"}}).text("plumbline");
  const Element facts = header.add("span", {{"class", "mark-facts"}});
  std::string text = "acceptance report";
  if (!evidence.runs.empty()) {
    const ReportedRun& run = evidence.runs.back();
    text = run.suite;
    if (run.started != WallTime{})
      text += (text.empty() ? "" : " \u00B7 ") + person_time(run.started);
  }
  facts.text(text);
}

}  // namespace

std::string report_page(const Evidence& evidence) {
  html::Document document;
  {
    const Element html = document.open("en");
    page_head(html, evidence.version, title_of(evidence));
    const Element body = html.add("body");
    badge_shapes(body);
    body.add("a", {{"class", "skip"}, {"href", "#main"}}).text("Skip to the verdict");
    if (evidence.simulated) simulated_banner(body);
    masthead(body, evidence);
    contents(body);
    {
      const Element main = body.add("main", {{"id", "main"}});
      for (const Page& page : pages()) {
        {
          const Element section = main.add("section", {{"id", page.id}});
          section.add("h2").text(page.title);
          page.render(evidence, section);
        }
        if (&page == &pages().front()) main.script(report_scripts().front());
      }
    }
    for (const html::Asset& script : report_scripts().subspan(1)) body.script(script);
  }
  return document.take();
}

void write_report_page(const Evidence& evidence, const std::filesystem::path& file) {
  const std::string text = report_page(evidence);
  const std::filesystem::path unfinished = file.string() + fmt::format(".{}.tmp", ::getpid());
  {
    std::ofstream out(unfinished, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.flush();
    if (!out) {
      const int reason = errno;
      std::error_code ignored;
      std::filesystem::remove(unfinished, ignored);
      throw std::system_error(reason, std::generic_category(),
                              unfinished.string() + ": cannot write the report");
    }
  }
  std::filesystem::rename(unfinished, file);
}

}  // namespace plumbline
