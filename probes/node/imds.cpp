#include "probes/node/imds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "probes/node/http_request.h"

namespace plumbline {

std::vector<std::pair<std::string, std::string>> read_imds(const ImdsEndpoint& endpoint) {
  const HttpServer server{endpoint.address, endpoint.port, endpoint.timeout_s};
  const HttpResponse token = http_request(server, "PUT", "/latest/api/token",
                                          "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n");
  if (token.status != 200) {
    throw std::runtime_error(fmt::format(
        "the instance metadata service answers {} to the request for a token, expected 200",
        token.status));
  }
  const std::string header = "X-aws-ec2-metadata-token: " + token.body + "\r\n";
  const auto get = [&](const std::string& path) -> std::string {
    const HttpResponse response = http_request(server, "GET", "/latest/meta-data/" + path, header);
    return response.status == 200 ? response.body : "";
  };

  struct Entry {
    const char* key;
    const char* path;
  };
  static constexpr std::array<Entry, 9> entries = {{
      {"instance_id", "instance-id"},
      {"instance_type", "instance-type"},
      {"ami_id", "ami-id"},
      {"az", "placement/availability-zone"},
      {"az_id", "placement/availability-zone-id"},
      {"region", "placement/region"},
      {"placement_group", "placement/group-name"},
      {"host_id", "placement/host-id"},
      {"local_ipv4", "local-ipv4"},
  }};
  std::vector<std::pair<std::string, std::string>> found;
  for (const Entry& entry : entries) {
    std::string value = get(entry.path);
    if (!value.empty()) found.emplace_back(entry.key, std::move(value));
  }
  // One line per interface, "0e:49:61:0f:c3:11/".
  const std::string interfaces = get("network/interfaces/macs/");
  if (!interfaces.empty()) {
    const auto lines = std::count(interfaces.begin(), interfaces.end(), '\n') +
                       (interfaces.back() == '\n' ? 0 : 1);
    found.emplace_back("network_interfaces", std::to_string(lines));
  }
  return found;
}

}  // namespace plumbline
