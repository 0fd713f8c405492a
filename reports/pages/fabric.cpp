#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "reports/pages/deviation_scale.h"
#include "reports/pages/pages.h"
#include "reports/pages/square_map.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t most_cards = 32;     // hosts of which each meeting is shown
constexpr std::size_t most_suspects = 25;  // in the list of them
constexpr std::size_t most_partners = 12;  // of one suspect

bool is_culprit(const Finding& f) { return f.metric.ends_with(".culprit"); }

void culprits(const Element& section, const Evidence& evidence) {
  std::vector<const Finding*> found;
  std::set<std::string> families;
  for (const FabricPicture& picture : evidence.fabric) {
    families.insert(picture.name.substr(0, picture.name.find('.')));
  }
  for (const JudgedFinding& judged : evidence.findings) {
    const Finding& f = judged.finding;
    if (is_culprit(f) && families.contains(f.metric.substr(0, f.metric.find('.')))) {
      found.push_back(&f);
    }
  }
  if (found.empty()) {
    section.add("p").text("No node, NIC or leaf stands out as what makes paths slow.");
    return;
  }
  std::ranges::stable_sort(
      found, [](const Finding* a, const Finding* b) { return a->verdict > b->verdict; });
  section.add("h3").text("What makes paths slow");
  const Element list = section.add("ul", {{"class", "plain culprits"}});
  for (const Finding* f : found) {
    const Element item = list.add("li");
    badge(item, f->verdict);
    const Element text = item.add("span");
    text.add("a", {{"href", '#' + finding_anchor(*f)}}).text(f->sentence);
    if (!f->action.empty()) text.add("span", {{"class", "work"}}).text(" " + f->action);
  }
}

std::string ratio_text(const FabricCell& cell) {
  if (cell.paths == 0) return "carried nothing";
  return cell.failed > 0 ? fmt::format("{}, {} failed", signed_percent(cell.deviation), cell.failed)
                         : signed_percent(cell.deviation);
}

/// Whom a host met, when, and what came of it; the first picture that has meetings tells.
void suspects(const Element& section, const Evidence& evidence) {
  if (evidence.suspects.empty()) return;
  section.add("h3").text("To be measured again");
  section.add("p").text(
      "Each with partners that never failed: a slow pair alone does not say whose fault it "
      "is. suspects.csv has the same list for the next run.");
  const std::size_t shown = std::min(evidence.suspects.size(), most_suspects);
  if (shown < evidence.suspects.size()) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("The first {} of {}.", shown, count(evidence.suspects.size())));
  }
  const SortableTable table(section, "", {{"Host"}, {"Why"}, {"Met"}});
  for (std::size_t i = 0; i < shown; ++i) {
    const SuspectedNode& suspect = evidence.suspects[i];
    const Element row = table.body.add("tr");
    row.add("td", {{"class", "host"}}).text(suspect.host);
    {
      const Element why = row.add("td", {{"class", "why"}});
      prose(why, suspect.reason);
    }
    const Element met = row.add("td", {{"class", "met"}});
    for (const FabricPicture& picture : evidence.fabric) {
      const auto host = std::ranges::find(picture.hosts, suspect.host, &FabricPlace::name);
      if (host == picture.hosts.end()) continue;
      const auto number = static_cast<std::uint32_t>(host - picture.hosts.begin());
      const DeviationScale scale(picture.neutral);
      std::size_t partners = 0;
      for (const FabricMeeting& meeting : picture.meetings) {
        if (meeting.hosts.a != number && meeting.hosts.b != number) continue;
        if (++partners > most_partners) break;
        const std::uint32_t other = meeting.hosts.a == number ? meeting.hosts.b : meeting.hosts.a;
        const int level = scale.level(meeting.hosts.deviation);
        met.add("span",
                {{"class", level > 0 || meeting.hosts.failed > 0 ? "partner slow" : "partner"}})
            .text(fmt::format("{} {}", picture.hosts[other].name, ratio_text(meeting.hosts)));
        met.text(" ");
      }
      break;
    }
  }
}

void maps(const Element& section, const FabricPicture& picture, std::size_t number,
          const DeviationScale& scale) {
  const bool has_leaves = picture.leaves.size() > 1 && picture.leaves.size() < picture.hosts.size();
  const auto map = [&](const Element& into, const char* of, const std::string& title,
                       const std::vector<FabricPlace>& places,
                       const std::vector<FabricCell>& cells) {
    if (places.size() < 2 || cells.empty()) return;
    const Element figure = into.add("figure");
    {
      const Element caption = figure.add("figcaption");
      caption.add("b").text(title);
      caption.add("span", {{"class", "unit"}})
          .text("the slowest path of each pair, % below a healthy one");
    }
    square_map(figure,
               {.name = fmt::format("fabric-{}-{}", number, of),
                .title = title,
                .of = of,
                .places = &places,
                .cells = &cells},
               scale);
  };
  {
    const Element both = section.add("div", {{"class", "maps"}});
    if (has_leaves) map(both, "leaf", "Leaf by leaf", picture.leaves, picture.between_leaves);
    if (picture.has_all_meetings) {
      map(both, "host", "Host by host", picture.hosts, picture.between_hosts);
    } else if (!has_leaves) {
      map(both, "host", "Host by host; their leaves are not known", picture.leaves,
          picture.between_leaves);
    }
  }
  scale.legend(section);
}

/// Each round a column, each host a row: whom it met. A host that is slow with everyone is a row of
/// colour.
void cards(const Element& section, const FabricPicture& picture, const DeviationScale& scale) {
  if (!picture.has_all_meetings || picture.hosts.size() > most_cards || picture.rounds.size() < 2) {
    return;
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const FabricMeeting*>> met;
  for (const FabricMeeting& meeting : picture.meetings) {
    met[{meeting.hosts.a, meeting.round}].push_back(&meeting);
    met[{meeting.hosts.b, meeting.round}].push_back(&meeting);
  }
  const Element figure = section.add("figure", {{"class", "cards"}});
  {
    const Element caption = figure.add("figcaption");
    caption.add("b").text("Who met whom");
    caption.add("span", {{"class", "unit"}})
        .text("the partner's number, in the colour of the slowest path");
  }
  const Element scroll = figure.add("div", {{"class", "scroll"}});
  const Element table = scroll.add("table");
  {
    const Element thead = table.add("thead");
    const Element row = thead.add("tr");
    row.add("th", {{"scope", "col"}, {"class", "number"}}).text("No.");
    row.add("th", {{"scope", "col"}}).text("Host");
    for (std::size_t round = 0; round < picture.rounds.size(); ++round) {
      row.add("th", {{"scope", "col"}, {"title", picture.rounds[round].name}})
          .text(std::to_string(round + 1));
    }
  }
  const Element body = table.add("tbody");
  for (std::uint32_t host = 0; host < picture.hosts.size(); ++host) {
    const Element row = body.add("tr");
    row.add("td", {{"class", "number"}}).text(std::to_string(host + 1));
    row.add("th", {{"scope", "row"}, {"class", "host"}}).text(picture.hosts[host].name);
    for (std::uint32_t round = 0; round < picture.rounds.size(); ++round) {
      const auto found = met.find({host, round});
      if (found == met.end()) {
        row.add("td", {{"class", "m-none"}});
        continue;
      }
      std::string partners, title;
      int level = -1;
      for (const FabricMeeting* meeting : found->second) {
        const std::uint32_t other = meeting->hosts.a == host ? meeting->hosts.b : meeting->hosts.a;
        partners += (partners.empty() ? "" : " ") + std::to_string(other + 1);
        title += (title.empty() ? "" : "; ") + picture.hosts[other].name + ": " +
                 ratio_text(meeting->hosts);
        if (meeting->slowest > 0) {
          title += ", slowest " + value_with_unit(meeting->slowest, picture.unit);
        }
        const bool failed = meeting->hosts.failed > 0;
        level = std::max(level, failed ? 100 : scale.level(meeting->hosts.deviation));
      }
      row.add("td",
              {{"class", level == 100 ? "m-failed" : DeviationScale::css(level)}, {"title", title}})
          .text(partners);
    }
  }
}

void rounds(const Element& section, const FabricPicture& picture) {
  const bool is_long = picture.rounds.size() > 12;
  const Element details = section.add("details", {{"class", "fold"}, {"open", !is_long}});
  details.add("summary").text(count_of(picture.rounds.size(), "round"));
  const SortableTable table(details, "",
                            {{"No.", true},
                             {"Round"},
                             {"Paths", true},
                             {"Median", true},
                             {"Slowest", true},
                             {"Slow", true},
                             {"Failed", true},
                             {"Slowest path"}});
  for (std::size_t i = 0; i < picture.rounds.size(); ++i) {
    const FabricRound& round = picture.rounds[i];
    const Element row = table.body.add("tr");
    number_cell(row, std::to_string(i + 1));
    text_cell(row, round.name);
    number_cell(row, count(round.paths), static_cast<double>(round.paths));
    number_cell(row, round.paths == 0 ? "" : value_with_unit(round.median, picture.unit),
                round.median);
    number_cell(row, round.paths == 0 ? "" : value_with_unit(round.slowest, picture.unit),
                round.slowest);
    number_cell(row, round.slow == 0 ? "\u00B7" : count(round.slow),
                static_cast<double>(round.slow));
    number_cell(row, round.failed == 0 ? "\u00B7" : count(round.failed),
                static_cast<double>(round.failed));
    row.add("td", {{"class", "code"}}).text(round.slowest_path);
  }
}

std::string slow_text(const FabricPicture& picture) {
  std::uint64_t slow = 0, failed = 0;
  for (const FabricRound& round : picture.rounds) slow += round.slow, failed += round.failed;
  std::string text = fmt::format("{} of {} slow", count(slow), count_of(picture.paths, "path"));
  if (failed > 0) text += fmt::format(", {} carried nothing", count(failed));
  return text;
}

void one_picture(const Element& section, const FabricPicture& picture, std::size_t number) {
  std::string text = fmt::format("{} between {}, {} a node. A healthy path reaches",
                                 count_of(picture.paths, "path"), count_of(picture.nodes, "node"),
                                 count_of(picture.rails, "rail"));
  if (picture.expected_within && picture.leaves.size() < picture.hosts.size()) {
    text +=
        fmt::format(" {} within a leaf", value_with_unit(*picture.expected_within, picture.unit));
    if (picture.expected_across) text += " and";
  }
  if (picture.expected_across) {
    text += fmt::format(" {}{}", value_with_unit(*picture.expected_across, picture.unit),
                        picture.leaves.size() < picture.hosts.size() ? " across leaves" : "");
  } else if (picture.expected_within && picture.leaves.size() >= picture.hosts.size()) {
    text += fmt::format(" {}", value_with_unit(*picture.expected_within, picture.unit));
  }
  text += fmt::format(" ({}); one path varies by {:.2g} %.", picture.expected_from,
                      100 * picture.noise);
  section.add("p").text(text);
  const DeviationScale scale(picture.neutral);
  maps(section, picture, number, scale);
  cards(section, picture, scale);
  rounds(section, picture);
}

}  // namespace

void render_fabric(const Evidence& evidence, const Element& section) {
  if (evidence.fabric.empty()) {
    prose(
        section.add("p", {{"class", "lead"}}),
        "Nothing was measured between hosts. `plumbline accept --hosts FILE` or `--slurm` measures "
        "many of them together.");
    return;
  }
  section.add("p", {{"class", "lead"}})
      .text(
          "Hosts in pairs, round after round, each time with another partner. A path is as fast "
          "as the slowest that it crosses, so what is slow with everyone is at fault.");
  culprits(section, evidence);
  suspects(section, evidence);
  std::set<std::string> types;
  for (const FabricPicture& picture : evidence.fabric) types.insert(picture.instance_type);
  for (std::size_t i = 0; i < evidence.fabric.size(); ++i) {
    const FabricPicture& picture = evidence.fabric[i];
    const std::string title =
        types.size() > 1 ? picture.name + ", " + picture.instance_type : picture.name;
    if (i == 0) {
      section.add("h3").text(title);
      one_picture(section, picture, i);
      continue;
    }
    // Other rates between the same hosts mostly show the same.
    const Element details = section.add("details", {{"class", "fold"}});
    details.add("summary").text(fmt::format("{}: {}", title, slow_text(picture)));
    one_picture(details, picture, i);
  }
}

}  // namespace plumbline
