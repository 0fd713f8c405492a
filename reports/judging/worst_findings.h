#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reports/evaluation/series.h"
#include "results/schema/finding.h"

namespace plumbline {

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

/// Findings with one verdict on one metric.
struct FindingKind {
  Finding worst;
  std::uint64_t findings = 0;
  std::uint64_t nodes = 0;
};

/// Sums up WARN and worse by verdict and metric, so that one fault on a thousand nodes does not
/// hide another. Memory grows with the number of metrics alone.
class FindingKinds {
 public:
  /// Findings of a host come one after another.
  void add(const Finding& finding);
  /// The worst first.
  std::vector<FindingKind> in_order() const;

 private:
  struct Entry {
    FindingKind kind;
    std::string last_host;
  };
  std::map<std::pair<Verdict, std::string>, Entry> kinds_;
};

}  // namespace plumbline
