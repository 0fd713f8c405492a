#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

#include "results/schema/exit_code.h"
#include "suites/hosts/ec2_manifest.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// Writes beside the file and renames, so that no reader finds half of it.
void write_whole(const fs::path& file, const std::string& text) {
  const fs::path beside = file.string() + ".new";
  std::ofstream stream(beside, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw std::system_error(errno, std::generic_category(), beside.string());
  fs::rename(beside, file);
}

std::string csv_of(const Manifest& nodes) {
  std::string text = csv_header<ManifestEntry>();
  for (const ManifestEntry& node : nodes) text += csv_line(node);
  return text;
}

/// As `--hosts` takes it: a host and its address on a line.
std::string host_list_of(const Ec2Manifest& manifest) {
  std::string text;
  for (std::size_t i = 0; i < manifest.nodes.size(); ++i) {
    text += manifest.nodes[i].host;
    if (!manifest.addresses[i].empty()) text += ' ' + manifest.addresses[i];
    text += '\n';
  }
  return text;
}

}  // namespace

int manifest_verb(const std::vector<std::string>& arguments, const InstallTree&) {
  std::vector<fs::path> topology, instances;
  std::string out, hosts_out, naming = host_naming_names[HostNaming::short_dns];
  CLI::App app(
      "The nodes that there should be and where each stands in the network, from answers of EC2 "
      "in JSON (`aws ec2 describe-instance-topology`, `aws ec2 describe-instances`).",
      "plumbline manifest");
  app.add_option("--topology", topology,
                 "Answers of DescribeInstanceTopology; several files are pages of one")
      ->type_name("FILE")
      ->required();
  app.add_option("--instances", instances,
                 "Answers of DescribeInstances: the hosts' names; without, they are named by "
                 "instance id")
      ->type_name("FILE");
  app.add_option("--name", naming,
                 "What the hosts call themselves: short (first part of the private DNS name), dns, "
                 "address, id")
      ->check(CLI::IsMember(
          std::vector<std::string>(host_naming_names.words.begin(), host_naming_names.words.end())))
      ->capture_default_str();
  app.add_option("--out", out, "The manifest; by default to standard output")->type_name("FILE");
  app.add_option("--hosts-out", hosts_out, "Also a host list, with addresses, for --hosts")
      ->type_name("FILE");
  app.footer(
      "\nWhat is odd about the instances is said on standard error."
      "\nExit: 0, or 2 if the answers are not right.");
  if (const auto code = parse(app, arguments)) return *code;
  const Ec2Manifest manifest =
      manifest_from_ec2(topology, instances, *host_naming_names.find(naming));
  for (const std::string& note : manifest.notes) std::cerr << "plumbline: " << note << '\n';
  if (!hosts_out.empty()) write_whole(hosts_out, host_list_of(manifest));
  if (out.empty()) {
    std::cout << csv_of(manifest.nodes);
  } else {
    write_whole(out, csv_of(manifest.nodes));
  }
  return exit_ok;
}

}  // namespace plumbline
