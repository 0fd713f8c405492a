#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plumbline {

/// Where a message points: "topology.json: Instances[3]".
struct AnswerPlace {
  std::string file;
  std::string path;
};

/// One instance of an answer of DescribeInstanceTopology.
struct PlacedInstance {
  std::string id;
  std::string type;
  std::string zone;  ///< its id where given, "use2-az1"
  std::vector<std::string> network_nodes;
  AnswerPlace place;
};

/// One instance of an answer of DescribeInstances.
struct DescribedInstance {
  std::string id;
  std::string type;
  std::string zone;
  std::string private_dns;      ///< "ip-10-0-1-5.us-east-2.compute.internal"; "" if there is none
  std::string private_address;  ///< "10.0.1.5"
  std::string state;            ///< "running", "terminated" ...; "" if not said
  AnswerPlace place;
};

/// The instances of all answers in a file, one answer after the other. `open_pages` counts the
/// answers that say that another page follows, `pages` all of them.
template <class Instance>
struct Answers {
  std::vector<Instance> instances;
  std::size_t pages = 0;
  std::size_t open_pages = 0;
};

/// Throw FileError with the place in the file, what was found and what was expected.
Answers<PlacedInstance> read_instance_topology(const std::filesystem::path& file);
Answers<DescribedInstance> read_instances(const std::filesystem::path& file);

}  // namespace plumbline
