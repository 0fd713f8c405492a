#include "probes/topology/svg_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline {
namespace {

/// A coordinate: at most one digit behind the point.
std::string at(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

std::string fitted(const std::string& text, double width, double size, bool monospaced) {
  const auto letters =
      static_cast<std::size_t>(std::max(1.0, width / (size * (monospaced ? 0.61 : 0.56))));
  if (text.size() <= letters) return text;
  std::size_t end = letters - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

void SvgWriter::box(std::string_view style, double x, double y, double width, double height,
                    double radius) {
  elements_ +=
      fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>\n",
                  style, at(x), at(y), at(width), at(height), at(radius));
}

void SvgWriter::line(std::string_view style, double x1, double y1, double x2, double y2,
                     double width) {
  elements_ += fmt::format(
      "<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke-width=\"{}\"/>\n", style,
      at(x1), at(y1), at(x2), at(y2), at(width));
}

void SvgWriter::path(std::string_view style, const std::string& data) {
  elements_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", style, data);
}

void SvgWriter::text(std::string_view style, double x, double y, std::string_view text,
                     std::string_view anchor) {
  elements_ += fmt::format(
      "<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>\n", style, at(x), at(y),
      anchor == "start" ? "" : fmt::format(" text-anchor=\"{}\"", anchor), xml_escaped(text));
}

void SvgWriter::open_group(std::string_view tooltip) {
  elements_ += fmt::format("<g><title>{}</title>\n", xml_escaped(tooltip));
}

void SvgWriter::close_group() { elements_ += "</g>\n"; }

}  // namespace plumbline
