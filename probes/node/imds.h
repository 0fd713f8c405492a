#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace plumbline {

/// Where EC2's instance metadata service answers.
struct ImdsEndpoint {
  std::string address = "169.254.169.254";
  std::uint16_t port = 80;
  double timeout_s = 1;  ///< for each request
};

/// Who this instance is, as EC2 says (IMDSv2): instance_id, instance_type, az, az_id, region,
/// placement_group, ami_id, network_interfaces and so on, as keys and values; what EC2 does not
/// know of this instance is left out. Throws std::runtime_error if the service does not answer.
std::vector<std::pair<std::string, std::string>> read_imds(const ImdsEndpoint& endpoint = {});

}  // namespace plumbline
