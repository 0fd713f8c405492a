#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "probes/node/discover.h"
#include "probes/node/imds.h"
#include "probes/topology/views.h"
#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"

namespace {

using namespace plumbline;

struct Arguments {
  std::string from;
  std::string format = "text";
  std::string output;
  std::string host;
  std::string instance_type;
  bool imds = false;
};

using Rendering = std::string (*)(const Node&, const ViewTitle&);

Rendering rendering(const std::string& format) {
  if (format == "json") return topology_json;
  if (format == "svg") return topology_svg;
  return topology_text;
}

ViewTitle title_of(const Node& node, const Arguments& arguments, const DiscoverOptions& options) {
  const HostIdentity identity = identity_of(node, options);
  ViewTitle title;
  title.host = arguments.host.empty() ? identity.host : arguments.host;
  title.instance_type =
      arguments.instance_type.empty() ? identity.instance_type : arguments.instance_type;
  title.source = options.xml ? "from " + options.xml->filename().string() : "this machine";
  if (arguments.imds) title.imds = read_imds();
  return title;
}

void write(const std::string& text, const std::string& output) {
  if (output.empty()) {
    std::cout << text << std::flush;
    if (!std::cout) throw FileError("standard output", 0, "", "cannot write to it");
    return;
  }
  std::ofstream stream(output, std::ios::binary);
  stream << text << std::flush;
  if (!stream) throw FileError(output, 0, "", std::string("cannot write it: ") + strerror(errno));
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(
      "What is in this machine and how it hangs together: processors, NUMA nodes, PCIe switches, "
      "GPUs, EFA, NVMe and the links between them. Needs no driver.",
      "plumbline-topology");
  app.set_version_flag("--version", PLUMBLINE_VERSION);
  app.add_option("--from", arguments.from,
                 "Describe the machine of this hwloc XML file (`lstopo FILE.xml` writes one)")
      ->type_name("FILE");
  app.add_option("--format", arguments.format, "text, json or svg")
      ->check(CLI::IsMember({"text", "json", "svg"}))
      ->capture_default_str();
  app.add_option("--output", arguments.output, "Write to FILE instead of standard output")
      ->type_name("FILE");
  app.add_flag("--imds", arguments.imds, "Ask EC2's instance metadata service who this is");
  app.add_option("--host", arguments.host, "The name of the machine");
  app.add_option("--instance-type", arguments.instance_type, "Its type");
  app.footer(
      "Exit: 0 shown, 2 the file cannot be read or is no hwloc XML, 3 this machine cannot be "
      "read.");
  try {
    app.parse(argc, argv);
    if (arguments.imds && !arguments.from.empty()) {
      throw CLI::ValidationError("--imds",
                                 "asks about this machine, so it does not go with --from");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }

  try {
    DiscoverOptions options;
    if (!arguments.from.empty()) options.xml = arguments.from;
    const Node node = discover(options);
    const ViewTitle title = title_of(node, arguments, options);
    write(rendering(arguments.format)(node, title), arguments.output);
    return exit_ok;
  } catch (const FileError& error) {
    std::cerr << error.what() << '\n';
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "plumbline topology: " << error.what() << '\n';
    return exit_incomplete;
  }
}
