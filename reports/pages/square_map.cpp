#include "reports/pages/square_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/html/column_table.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t most_rows = 128;     // more are put together
constexpr std::size_t most_named = 40;     // places that have their names beside them
constexpr std::size_t most_numbered = 18;  // and numbers inside
constexpr double edge = 520, most_cell = 28;
constexpr double left = 150, top = 22;

constexpr int nothing = -2, failure = 100;  // beside the levels of the scale

/// The levels of a square, row by row.
struct Levels {
  std::size_t rows = 0;
  std::size_t places_each = 1;  ///< how many places share a row
  std::vector<int> level;
  std::vector<double> deviation;

  int& at(std::size_t row, std::size_t column) { return level[row * rows + column]; }
};

Levels levels_of(const SquareMap& map, const DeviationScale& scale) {
  Levels levels;
  const std::size_t places = map.places->size();
  levels.places_each = (places + most_rows - 1) / most_rows;
  levels.rows = (places + levels.places_each - 1) / levels.places_each;
  levels.level.assign(levels.rows * levels.rows, nothing);
  levels.deviation.assign(levels.rows * levels.rows, 0);
  for (const FabricCell& cell : *map.cells) {
    const int level = cell.failed > 0 ? failure : scale.level(cell.deviation);
    const std::size_t a = cell.a / levels.places_each, b = cell.b / levels.places_each;
    for (const auto& [row, column] : {std::pair(a, b), std::pair(b, a)}) {
      int& now = levels.at(row, column);
      // What is fast hides nothing that is as it should be.
      if (now == nothing || level > now || (now == -1 && level == 0)) now = level;
      double& worst = levels.deviation[row * levels.rows + column];
      worst = std::min(worst, cell.deviation);
    }
  }
  return levels;
}

/// All cells of one level: rows of neighbours as one piece each.
std::string pieces_of(Levels& levels, int level, double size) {
  std::string path;
  for (std::size_t row = 0; row < levels.rows; ++row) {
    for (std::size_t column = 0; column < levels.rows;) {
      if (levels.at(row, column) != level) {
        ++column;
        continue;
      }
      std::size_t end = column;
      while (end < levels.rows && levels.at(row, end) == level) ++end;
      path += fmt::format(
          "M{} {}h{}v{}H{}z", html::coordinate(left + size * static_cast<double>(column)),
          html::coordinate(top + size * static_cast<double>(row)),
          html::coordinate(size * static_cast<double>(end - column)), html::coordinate(size),
          html::coordinate(left + size * static_cast<double>(column)));
      column = end;
    }
  }
  return path;
}

/// Lines where the places stand below something else.
void borders(const Element& svg, const SquareMap& map, const Levels& levels, double size) {
  const auto& places = *map.places;
  const double end = size * static_cast<double>(levels.rows);
  std::string path;
  for (std::size_t i = levels.places_each; i < places.size(); i += levels.places_each) {
    if (places[i].above == places[i - 1].above) continue;
    const double at = size * static_cast<double>(i / levels.places_each);
    path += fmt::format("M{} {}h{}M{} {}v{}", html::coordinate(left), html::coordinate(top + at),
                        html::coordinate(end), html::coordinate(left + at), html::coordinate(top),
                        html::coordinate(end));
  }
  if (!path.empty()) svg.add("path", {{"class", "border"}, {"d", path}});
  svg.add("rect", {{"class", "frame"}, {"x", left}, {"y", top}, {"width", end}, {"height", end}});
}

/// The places by name where there is room, else what they stand below.
void names(const Element& svg, const SquareMap& map, const Levels& levels, double size) {
  const auto& places = *map.places;
  const auto name = [&](double row, const std::string& text) {
    svg.add("text", {{"x", left - 6}, {"y", top + size * row + 4}, {"text-anchor", "end"}})
        .text(text.size() > 22 ? text.substr(0, 21) + "\u2026" : text);
  };
  if (places.size() <= most_named) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      name(static_cast<double>(i) + 0.5, places[i].name);
      svg.add("text", {{"x", left + size * (static_cast<double>(i) + 0.5)},
                       {"y", top - 5},
                       {"text-anchor", "middle"}})
          .text(std::to_string(i + 1));
    }
    return;
  }
  double last = -20;
  for (std::size_t i = 0; i < places.size();) {
    std::size_t end = i;
    while (end < places.size() && places[end].above == places[i].above) ++end;
    const bool is_known = !places[i].above.empty();
    const double row = static_cast<double>(i + (is_known ? (end - i) / 2 : 0)) /
                       static_cast<double>(levels.places_each);
    if (size * row - last >= 12) {
      name(row, is_known ? places[i].above : places[i].name);
      last = size * row;
    }
    i = end;
  }
}

void numbers(const Element& svg, Levels& levels, double size) {
  const Element group = svg.add("g", {{"class", "numbers"}});
  for (std::size_t row = 0; row < levels.rows; ++row) {
    for (std::size_t column = 0; column < levels.rows; ++column) {
      const int level = levels.at(row, column);
      if (level < 1) continue;
      const double percent = 100 * levels.deviation[row * levels.rows + column];
      group
          .add("text", {{"x", left + size * (static_cast<double>(column) + 0.5)},
                        {"y", top + size * (static_cast<double>(row) + 0.5) + 4},
                        {"text-anchor", "middle"},
                        {"class", level == failure ? "on-failed" : fmt::format("on-{}", level)}})
          .text(level == failure ? "\u00D7" : fmt::format("\u2212{:.0f}", -percent));
    }
  }
}

/// Each pair for the script, which says what is under the pointer and draws what is too fine here.
void data_of(const Element& into, const SquareMap& map) {
  std::vector<std::uint64_t> a, b, paths, failed;
  std::vector<double> deviation;
  for (const FabricCell& cell : *map.cells) {
    a.push_back(cell.a);
    b.push_back(cell.b);
    paths.push_back(cell.paths);
    failed.push_back(cell.failed);
    deviation.push_back(cell.paths == 0 ? html::ColumnTable::none : cell.deviation);
  }
  html::ColumnTable cells;
  cells.counts("a", a);
  cells.counts("b", b);
  cells.numbers("deviation", deviation);
  cells.counts("paths", paths);
  cells.counts("failed", failed);
  into.data(map.name, cells.encoded());
  std::vector<std::string> place_names, above;
  for (const FabricPlace& place : *map.places) {
    place_names.push_back(place.name);
    above.push_back(place.above);
  }
  html::ColumnTable places;
  places.texts("name", place_names);
  places.texts("above", above);
  into.data(map.name + "-places", places.encoded());
}

std::string steps_of(const DeviationScale& scale) {
  std::string text;
  for (const double step : scale.begins()) {
    text += (text.empty() ? "" : " ") + format_number(step);
  }
  return text;
}

std::string described(const SquareMap& map, const Levels& levels) {
  std::size_t slow = 0, failed = 0;
  for (const FabricCell& cell : *map.cells) failed += cell.failed > 0 ? 1U : 0U;
  for (const int level : levels.level) slow += level > 0 && level != failure ? 1U : 0U;
  return fmt::format("{}: {} of {} pairs measured{}{}", map.title, map.cells->size(),
                     map.places->size() * (map.places->size() + 1) / 2,
                     slow > 0 ? ", some slow" : ", none slow",
                     failed > 0 ? fmt::format(", {} failed", failed) : "");
}

}  // namespace

void square_map(const Element& into, const SquareMap& map, const DeviationScale& scale) {
  Levels levels = levels_of(map, scale);
  if (levels.rows == 0) return;
  const double size = std::min(edge / static_cast<double>(levels.rows), most_cell);
  const double side = size * static_cast<double>(levels.rows);
  const Element plot = into.add("div", {{"class", "plot"}});
  const Element frame = plot.add("div", {{"class", "square-map"},
                                         {"data-map", map.name},
                                         {"data-of", map.of},
                                         {"data-places", map.places->size()},
                                         {"data-steps", steps_of(scale)},
                                         {"data-left", left},
                                         {"data-top", top},
                                         {"data-side", side}});
  {
    const Element svg =
        frame.add("svg", {{"viewBox", fmt::format("0 0 {} {}", html::coordinate(left + side + 2),
                                                  html::coordinate(top + side + 2))},
                          {"width", left + side + 2},
                          {"role", "img"},
                          {"aria-label", described(map, levels)}});
    svg.add("rect",
            {{"class", "m-none"}, {"x", left}, {"y", top}, {"width", side}, {"height", side}});
    for (int level = -1; level <= static_cast<int>(DeviationScale::steps); ++level) {
      const std::string path = pieces_of(levels, level, size);
      if (!path.empty()) svg.add("path", {{"class", DeviationScale::css(level)}, {"d", path}});
    }
    const std::string failed = pieces_of(levels, failure, size);
    if (!failed.empty()) svg.add("path", {{"class", "m-failed"}, {"d", failed}});
    borders(svg, map, levels, size);
    names(svg, map, levels, size);
    if (levels.rows <= most_numbered) numbers(svg, levels, size);
  }
  data_of(frame, map);
}

}  // namespace plumbline
