#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace plumbline {

/// The p values made comparable with a rate of false discoveries (Benjamini and Hochberg 1995):
/// rejecting all with an adjusted p of at most q keeps the expected share of wrong ones among them
/// at q, if the tests are independent or positively dependent. In the order of `p`.
std::vector<double> benjamini_hochberg(std::span<const double> p);

/// The same for tests that depend in any way (Benjamini and Yekutieli 2001).
std::vector<double> benjamini_yekutieli(std::span<const double> p);

/// Benjamini and Hochberg over more tests than fit into memory: only p <= q can be rejected, so
/// only these are kept.
class StreamedDiscoveries {
 public:
  explicit StreamedDiscoveries(double q) : q_(q) {}

  void add(double p) {
    ++tests_;
    if (p <= q_) kept_.push_back(p);
  }
  std::uint64_t tests() const { return tests_; }
  /// All tests with a p up to this are rejected; below 0 if none is.
  double threshold() const;

 private:
  double q_;
  std::uint64_t tests_ = 0;
  std::vector<double> kept_;
};

}  // namespace plumbline
