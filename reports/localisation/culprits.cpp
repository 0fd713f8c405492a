#include "reports/localisation/culprits.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace plumbline::localisation {

std::vector<Culprit> culprits_of(std::span<const Bottleneck> bottlenecks, const Paths& paths,
                                 const Crossings& crossings, const Conviction& conviction,
                                 const std::function<Element(std::uint32_t)>& element_of) {
  std::vector<Culprit> culprits;
  for (const Bottleneck& bottleneck : bottlenecks) {
    Culprit culprit;
    culprit.element = element_of(bottleneck.element);
    culprit.deficit = -std::expm1(bottleneck.offset);
    culprit.gain = bottleneck.gain;
    culprit.paths = crossings.paths_of(bottleneck.element).size();
    std::set<std::uint32_t> alike(bottleneck.rivals.begin(), bottleneck.rivals.end());
    for (const std::uint32_t other : indistinguishable(bottleneck.element, paths, crossings)) {
      alike.insert(other);
    }
    for (const std::uint32_t other : alike) culprit.alike.push_back(element_of(other));
    culprit.is_certain = culprit.gain > conviction.least_gain && culprit.deficit > conviction.gate;
    culprits.push_back(std::move(culprit));
  }
  std::sort(culprits.begin(), culprits.end(), [](const Culprit& a, const Culprit& b) {
    return a.gain != b.gain ? a.gain > b.gain : a.element < b.element;
  });
  return culprits;
}

}  // namespace plumbline::localisation
