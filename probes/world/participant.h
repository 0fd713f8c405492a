#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace plumbline {

/// What a rank tells of itself when the ranks meet.
struct Participant {
  std::string host;
  /// By name: versions of plumbline and of libraries, and whatever else should be the same.
  nlohmann::json facts = nlohmann::json::object();
};

/// A sentence for each fact in which they differ, with the hosts of each value: "libfabric:
/// 1.17.0 on n0, n1 and n3; 2.1.0 on n2; none on n4". The most frequent value first.
std::vector<std::string> differences(std::span<const Participant> participants);

}  // namespace plumbline
