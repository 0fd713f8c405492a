#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace plumbline {

/// A rank that had come is gone: its process ended, its host vanished, or it says what no rank
/// says.
class RankLost : public std::runtime_error {
 public:
  RankLost(int rank, std::string host, const std::string& why)
      : std::runtime_error(fmt::format("rank {} on {} is lost: {}", rank, host, why)),
        rank_(rank),
        host_(std::move(host)) {}

  int rank() const { return rank_; }
  const std::string& host() const { return host_; }

 private:
  int rank_;
  std::string host_;
};

}  // namespace plumbline
