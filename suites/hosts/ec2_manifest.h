#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "results/schema/manifest.h"
#include "results/schema/names.h"

namespace plumbline {

/// What becomes the name of a host: it must be what that host calls itself in its rows.
enum class HostNaming { short_dns, dns, address, id };
inline constexpr auto host_naming_names = names_of<HostNaming>("short", "dns", "address", "id");

/// A manifest made from what EC2 says, and what a person should know about it.
struct Ec2Manifest {
  Manifest nodes;                      ///< sorted by place in the network, then by host
  std::vector<std::string> addresses;  ///< private IP address of each node; "" if not known
  std::vector<std::string> notes;      ///< sentences with file and place
};

/// Joins the answers of DescribeInstanceTopology and of DescribeInstances, as the AWS CLI and the
/// SDKs write them in JSON; a file may hold several answers (pages) one after the other. Without
/// `instances` the hosts are named by their instance ids, since nothing else is known.
///
/// Network nodes stay in the order of EC2, from the top of the network down. Throws FileError with
/// the file and the place in it: no JSON, a field of another type, a last page that is missing, an
/// instance that is listed twice with different answers or only by the topology, two hosts of one
/// name, layers in the reverse order. An instance without a place in the network is a note, and so
/// is one that ended.
Ec2Manifest manifest_from_ec2(std::span<const std::filesystem::path> topology,
                              std::span<const std::filesystem::path> instances, HostNaming naming);

}  // namespace plumbline
