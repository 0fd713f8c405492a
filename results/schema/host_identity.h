#pragma once

#include <filesystem>
#include <string>

namespace plumbline {

/// What stands in the columns host and instance_type of every table.
struct HostIdentity {
  std::string host;
  std::string instance_type;
  std::string source;  ///< how the type was found: "DMI product name" or "CPU model"
};

/// The host's name, and as its type the DMI product name, which on EC2 is the instance type. Where
/// there is no DMI (containers, micro-VMs) the type is "unnamed-<cpu model>": specific enough that
/// a baseline learned on another kind of machine is not taken for this one's.
/// `root` is the folder that holds sys/ and proc/.
HostIdentity identify_host(const std::filesystem::path& root = "/");

/// A name as it may stand in a file name: [A-Za-z0-9._-], others become '-'.
std::string file_safe(std::string name);

}  // namespace plumbline
