#pragma once

#include <cstddef>
#include <vector>

#include "results/schema/finding.h"

namespace plumbline {

/// Keeps the few findings that a reader must see first: the worst verdict, and among equal ones the
/// largest deficit. Memory does not grow with what is added.
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
