#include "suites/schedule/rails.h"

#include <algorithm>
#include <map>

namespace plumbline::schedule {
namespace {

struct Class {
  std::vector<std::size_t> a, b;  ///< its rails on both nodes
};

}  // namespace

RailRound rotate_rails(std::span<const std::size_t> class_a, std::span<const std::size_t> class_b,
                       std::size_t round) {
  std::map<std::size_t, Class> classes;
  for (std::size_t i = 0; i < class_a.size(); ++i) classes[class_a[i]].a.push_back(i);
  for (std::size_t i = 0; i < class_b.size(); ++i) classes[class_b[i]].b.push_back(i);
  RailRound made;
  for (const auto& [name, rails] : classes) {
    const std::size_t turn = std::max(rails.a.size(), rails.b.size());
    for (std::size_t i = 0; i < turn; ++i) {
      // The node with fewer rails joins all of them; which rails of the other are left turns too.
      const std::size_t other = (i + round) % turn;
      if (i < rails.a.size() && other < rails.b.size()) {
        made.rails.push_back({rails.a[i], rails.b[other]});
      } else if (i < rails.a.size()) {
        made.left_a.push_back(rails.a[i]);
      }
      if (other < rails.b.size() && i >= rails.a.size()) made.left_b.push_back(rails.b[other]);
    }
  }
  std::sort(made.left_a.begin(), made.left_a.end());
  std::sort(made.left_b.begin(), made.left_b.end());
  return made;
}

}  // namespace plumbline::schedule
