#pragma once

#include <array>
#include <string>

#include "reports/html/element.h"

namespace plumbline {

/// How far values are from what they should be, in steps that a reader tells apart: neutral within
/// the differences of healthy ones, then one colour for each step beyond.
class DeviationScale {
 public:
  static constexpr std::size_t steps = 5;

  /// `neutral` is the relative deficit up to which nothing is coloured.
  explicit DeviationScale(double neutral);

  /// The deficit at which each step begins, ascending: the first is that up to which it is neutral.
  const std::array<double, steps>& begins() const { return begins_; }
  /// -1: faster than healthy ones differ, 0: neutral, 1 ... `steps`: slower.
  int level(double deviation) const;
  /// The class of the style sheet: "m-ok", "m-fast", "m-3".
  static std::string css(int level);

  /// What the colours mean.
  void legend(const html::Element& into) const;

 private:
  std::array<double, steps> begins_;
};

}  // namespace plumbline
