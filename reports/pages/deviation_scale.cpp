#include "reports/pages/deviation_scale.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline {
namespace {

using html::Element;

std::string percent_text(double share) { return fmt::format("{:.3g}\u00A0%", 100 * share); }

}  // namespace

DeviationScale::DeviationScale(double neutral) : begins_{neutral, 0.05, 0.1, 0.2, 0.4} {
  for (std::size_t i = 1; i < steps; ++i) begins_[i] = std::max(begins_[i], 2 * begins_[i - 1]);
}

int DeviationScale::level(double deviation) const {
  if (deviation > begins_[0]) return -1;
  int level = 0;
  while (level < static_cast<int>(steps) && -deviation > begins_[static_cast<std::size_t>(level)]) {
    ++level;
  }
  return level;
}

std::string DeviationScale::css(int level) {
  if (level < 0) return "m-fast";
  return level == 0 ? "m-ok" : fmt::format("m-{}", level);
}

void DeviationScale::legend(const Element& into) const {
  const Element line = into.add("p", {{"class", "legend"}});
  const auto entry = [&](const std::string& css, const std::string& text) {
    const Element item = line.add("span", {{"class", "key"}});
    {
      const Element svg =
          item.add("svg", {{"class", "swatch"}, {"viewBox", "0 0 14 14"}, {"aria-hidden", "true"}});
      svg.add("rect", {{"class", css}, {"width", 14}, {"height", 14}});
      if (css == "m-failed") svg.add("path", {{"class", "cross"}, {"d", "M3 3l8 8M11 3l-8 8"}});
    }
    item.text(text);
  };
  entry("m-ok", fmt::format("within {} of what a healthy path reaches", percent_text(begins_[0])));
  for (std::size_t i = 0; i < steps; ++i) {
    const std::string from = percent_text(begins_[i]);
    entry(css(static_cast<int>(i + 1)),
          i + 1 < steps ? fmt::format("{} \u2013 {} slower", from, percent_text(begins_[i + 1]))
                        : "slower still");
  }
  entry("m-fast", "faster");
  entry("m-failed", "carried nothing");
  entry("m-none", "not measured");
}

}  // namespace plumbline
