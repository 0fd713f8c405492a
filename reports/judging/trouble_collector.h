#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "reports/pages/evidence.h"

namespace plumbline {

/// Gathers what was not measured, what was not steady and what could not be decided, host by host.
class TroubleCollector {
 public:
  static constexpr std::size_t most_series = 20'000;  ///< that are listed; all are counted
  static constexpr std::size_t most_groups = 500;     ///< beyond these, reasons are not kept apart

  void add(std::span<const Finding> findings, std::span<const Measurement> rows);

  void finish(Evidence& evidence);

 private:
  struct Group {
    Trouble trouble;
    std::uint64_t last_host = 0;
  };
  void count(const std::string& what, const std::string& metric, const std::string& note);

  std::uint64_t hosts_ = 0;
  std::map<std::string, Group> groups_;
  std::vector<TroubledSeries> series_;
  std::uint64_t all_series_ = 0;
};

}  // namespace plumbline
