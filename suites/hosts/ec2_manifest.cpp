#include "suites/hosts/ec2_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "results/schema/file_error.h"
#include "suites/hosts/ec2_answers.h"
#include "suites/hosts/network_layers.h"

namespace plumbline {
namespace fs = std::filesystem;
namespace {

template <class Instance>
using ById = std::map<std::string, Instance>;

std::string shown(const AnswerPlace& place) {
  return fmt::format("{}: {}", place.file, place.path);
}

[[noreturn]] void refuse(const AnswerPlace& place, const std::string& what) {
  throw FileError(place.file, 0, place.path, what);
}

/// What an answer says about an instance, without where it says it.
auto content(const PlacedInstance& i) { return std::tie(i.id, i.type, i.zone, i.network_nodes); }
auto content(const DescribedInstance& i) {
  return std::tie(i.id, i.type, i.zone, i.private_dns, i.private_address, i.state);
}

/// The instances of all files. One that comes twice, as pages that were fetched while instances
/// came and went have it, must say the same both times.
template <class Instance>
ById<Instance> by_id(std::span<const fs::path> files, Answers<Instance> (*read)(const fs::path&)) {
  ById<Instance> instances;
  std::size_t pages = 0, open_pages = 0;
  for (const fs::path& file : files) {
    const Answers<Instance> answers = read(file);
    pages += answers.pages;
    open_pages += answers.open_pages;
    for (const Instance& instance : answers.instances) {
      const auto [earlier, is_new] = instances.try_emplace(instance.id, instance);
      if (is_new || content(earlier->second) == content(instance)) continue;
      refuse(instance.place, fmt::format("{} is listed with other values than at {}; expected the "
                                         "same, or one of them only",
                                         instance.id, shown(earlier->second.place)));
    }
  }
  if (pages > 0 && open_pages == pages) {
    throw FileError(files.back().string(), 0, "NextToken",
                    "another page follows each of the answers; expected the last page too");
  }
  return instances;
}

/// What is known of the instances from their topology alone.
ById<DescribedInstance> described_by(const ById<PlacedInstance>& placed) {
  ById<DescribedInstance> described;
  for (const auto& [id, instance] : placed) {
    DescribedInstance& own = described[id];
    own.id = id;
    own.type = instance.type;
    own.place = instance.place;
  }
  return described;
}

void refuse_nameless(const ById<PlacedInstance>& placed, const ById<DescribedInstance>& described) {
  std::vector<const PlacedInstance*> nameless;
  for (const auto& [id, instance] : placed) {
    if (!described.contains(id)) nameless.push_back(&instance);
  }
  if (nameless.empty()) return;
  refuse(nameless.front()->place,
         fmt::format("{}{} in no answer of DescribeInstances, expected each with its host's name",
                     nameless.front()->id,
                     nameless.size() == 1 ? std::string(" is")
                                          : fmt::format(" and {} more are", nameless.size() - 1)));
}

std::string host_name(const DescribedInstance& instance, HostNaming naming) {
  std::string name;
  switch (naming) {
    case HostNaming::short_dns:
      name = instance.private_dns.substr(0, instance.private_dns.find('.'));
      break;
    case HostNaming::dns:
      name = instance.private_dns;
      break;
    case HostNaming::address:
      name = instance.private_address;
      break;
    case HostNaming::id:
      name = instance.id;
      break;
  }
  if (!name.empty()) return name;
  const char* field = naming == HostNaming::address ? "PrivateIpAddress" : "PrivateDnsName";
  refuse(instance.place,
         fmt::format("{} has no {} (state: {}), expected one to name the host by", instance.id,
                     field, instance.state.empty() ? "not said" : instance.state));
}

/// "2 instances without a place in the network: ..." with the first three.
void note_instances(const std::vector<std::string>& which, const char* what,
                    std::vector<std::string>& notes) {
  if (which.empty()) return;
  const std::size_t named = std::min<std::size_t>(which.size(), 3);
  notes.push_back(fmt::format("{} instance{} {}: {}{}", which.size(), which.size() == 1 ? "" : "s",
                              what, fmt::join(std::span(which).first(named), ", "),
                              named < which.size() ? " ..." : ""));
}

struct Row {
  ManifestEntry node;
  std::string address;
  AnswerPlace place;
};

/// What the topology adds to an instance.
void add_place(const PlacedInstance& placed, const DescribedInstance& described,
               ManifestEntry& node) {
  if (!placed.type.empty() && !described.type.empty() && placed.type != described.type) {
    refuse(placed.place, fmt::format("{} is a {}, but a {} at {}; expected one type", placed.id,
                                     placed.type, described.type, shown(described.place)));
  }
  const auto& path = placed.network_nodes;
  const bool gap = std::any_of(path.begin(), path.end(), [](const auto& n) { return n.empty(); });
  if (path.size() > most_layers || gap) {
    refuse(placed.place, fmt::format("found {} network nodes{}, expected at most {}, each with a "
                                     "name",
                                     path.size(), gap ? ", one of them empty" : "", most_layers));
  }
  set_network_path(path, node);
  if (node.instance_type.empty()) node.instance_type = placed.type;
  if (!placed.zone.empty()) node.az = placed.zone;
}

std::vector<Row> join(const ById<PlacedInstance>& placed, const ById<DescribedInstance>& described,
                      HostNaming naming, std::vector<std::string>& notes) {
  std::vector<Row> rows;
  std::vector<std::string> ended, elsewhere;
  for (const auto& [id, instance] : described) {
    const auto named = [&id = id](const AnswerPlace& at) {
      return fmt::format("{} ({})", id, shown(at));
    };
    if (instance.state == "terminated" || instance.state == "shutting-down") {
      ended.push_back(named(instance.place));
      continue;
    }
    Row row{{}, instance.private_address, instance.place};
    row.node.host = host_name(instance, naming);
    row.node.instance_type = instance.type;
    row.node.instance_id = id;
    row.node.az = instance.zone;
    const auto found = placed.find(id);
    if (found != placed.end()) add_place(found->second, instance, row.node);
    if (found == placed.end()) {
      elsewhere.push_back(named(instance.place));
    } else if (found->second.network_nodes.empty()) {
      elsewhere.push_back(named(found->second.place));
    }
    rows.push_back(std::move(row));
  }
  note_instances(ended, "left out, terminated", notes);
  note_instances(elsewhere, "without a place in the network", notes);
  return rows;
}

void refuse_equal_hosts(const std::vector<Row>& rows) {
  std::map<std::string, const Row*> hosts;
  for (const Row& row : rows) {
    const auto [earlier, is_new] = hosts.try_emplace(row.node.host, &row);
    if (is_new) continue;
    refuse(row.place, fmt::format("its host is {}, as at {}; expected each host once",
                                  row.node.host, shown(earlier->second->place)));
  }
}

bool comes_before(const Row& a, const Row& b) {
  const auto key = [](const ManifestEntry& n) {
    return std::tie(n.network_node_1, n.network_node_2, n.network_node_3, n.network_node_4, n.host);
  };
  return key(a.node) < key(b.node);
}

}  // namespace

Ec2Manifest manifest_from_ec2(std::span<const fs::path> topology,
                              std::span<const fs::path> instances, HostNaming naming) {
  const auto placed = by_id(topology, read_instance_topology);
  const auto described =
      instances.empty() ? described_by(placed) : by_id(instances, read_instances);
  if (instances.empty()) naming = HostNaming::id;
  refuse_nameless(placed, described);

  Ec2Manifest manifest;
  if (instances.empty()) {
    manifest.notes.emplace_back(
        "the hosts are named by their instance ids: there is no answer of DescribeInstances");
  }
  std::vector<Row> rows = join(placed, described, naming, manifest.notes);
  if (rows.empty()) {
    const auto& files = instances.empty() ? topology : instances;
    throw FileError(files.empty() ? "--topology" : files.back().string(), 0, "",
                    "names no instance that runs, expected at least one");
  }
  refuse_equal_hosts(rows);
  std::sort(rows.begin(), rows.end(), comes_before);
  for (Row& row : rows) {
    manifest.nodes.push_back(std::move(row.node));
    manifest.addresses.push_back(std::move(row.address));
  }
  try {
    for (std::string& sentence : check_layers(manifest.nodes)) {
      manifest.notes.push_back(std::move(sentence));
    }
  } catch (const std::invalid_argument& error) {
    throw FileError(topology.back().string(), 0, "NetworkNodes", error.what());
  }
  return manifest;
}

}  // namespace plumbline
