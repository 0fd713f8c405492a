#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "results/schema/exit_code.h"
#include "results/schema/host_identity.h"
#include "suites/fleet/reach.h"
#include "suites/fleet/relay.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

/// Which host of a run this is, from what an engine that starts the same command everywhere says.
std::string host_of_this_process(const std::string& asked) {
  if (!asked.empty()) return asked;
  if (const char* slurm = std::getenv("SLURMD_NODENAME")) return slurm;
  return identify_host().host;
}

}  // namespace

int relay_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  std::string host, order_file, scratch = std::filesystem::temp_directory_path();
  std::string ssh;
  CLI::App app(
      "The host's side of a run on many hosts: does what the order on its standard input says "
      "and sends the rows back. `plumbline accept --hosts` starts it.",
      "plumbline relay");
  app.add_option("--host", host, "Which of the order's hosts this is; by default its own name");
  app.add_option("--order", order_file, "Read the order here instead of from the standard input")
      ->type_name("FILE");
  app.add_option("--scratch", scratch, "Folder for the rows until they are sent")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--spread", ssh,
                 "The order is for other hosts too: reach them with this command, as --ssh of "
                 "plumbline accept");
  RelayPlace place{.bin = tree.bin};
  app.add_option("--longest-line", place.longest_line, "Longer lines are said in pieces")
      ->check(CLI::Range(std::size_t{500}, place.longest_line))
      ->capture_default_str();
  if (const auto code = parse(app, arguments)) return *code;

  Interruption interruption;
  place.scratch = scratch;
  std::string line;
  if (order_file.empty()) {
    line = read_order_line(place.input);
  } else {
    std::ifstream stream(order_file);
    if (!std::getline(stream, line)) {
      std::cerr << order_file << ": holds no order\n";
      return exit_usage;
    }
    place.input = -1;
  }
  const FleetOrder order = read_order(line);
  const std::string name = host_of_this_process(host);
  if (!ssh.empty()) {
    const Ssh by{.command = words_of_command(ssh), .bin = tree.bin};
    return spread(order, reach_from(name, by), place, interruption);
  }
  const int code = relay(order, name, place, interruption);
  if (code == exit_usage) {
    std::cerr << fmt::format("the order has nothing for a host named {}\n", name);
  }
  return code;
}

}  // namespace plumbline
