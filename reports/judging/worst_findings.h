#pragma once

#include <cstddef>
#include <vector>

#include "results/schema/finding.h"

namespace plumbline {

/// The order in which a reader must see findings: the worst verdict first, among equal ones the
/// largest deficit, among equal ones by name.
bool worse(const Finding& a, const Finding& b);

/// Keeps the few findings that a reader must see first. Memory does not grow with what is added.
class WorstFindings {
 public:
  explicit WorstFindings(std::size_t count) : count_(count) {}

  void add(const Finding& finding);
  /// The worst first; only WARN and worse.
  std::vector<Finding> in_order() const;

 private:
  std::size_t count_;
  std::vector<Finding> heap_;  ///< its front is the least bad of those kept
};

}  // namespace plumbline
