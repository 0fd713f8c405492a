#pragma once

#include <string>
#include <string_view>

namespace plumbline {

/// The text as it may stand in XML.
std::string xml_escaped(std::string_view text);

/// The text, cut with an ellipsis where it would be wider than `width` in a font of `size`.
/// Widths are estimates: 0.61 em for a monospaced letter, 0.56 em for others.
std::string fitted(const std::string& text, double width, double size, bool monospaced);

/// Writes the elements of a picture one after the other. What they look like stands in the style
/// sheet, under the class that each element names.
class SvgWriter {
 public:
  void box(std::string_view style, double x, double y, double width, double height,
           double radius = 3);
  void line(std::string_view style, double x1, double y1, double x2, double y2, double width);
  void path(std::string_view style, const std::string& data);
  /// `anchor` is start, middle or end.
  void text(std::string_view style, double x, double y, std::string_view text,
            std::string_view anchor = "start");
  void open_group(std::string_view tooltip);
  void close_group();

  const std::string& elements() const { return elements_; }

 private:
  std::string elements_;
};

}  // namespace plumbline
