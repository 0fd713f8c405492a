#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iterator>

#include "probes/doctor/checks.h"
#include "results/schema/exit_code.h"
#include "results/schema/host_identity.h"

namespace plumbline {
namespace {

struct Options {
  bool json = false;
  std::string root = "/";
  std::string results = "results";
  std::map<std::string, std::string> libraries;
};

Checks examine(const Options& options) {
  const Host host(options.root);
  Checks checks;
  const auto add = [&](Checks more) {
    checks.insert(checks.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  };
  add(gpu_checks(host));
  add(fabric_checks(host));
  add(library_checks(host, options.libraries));
  add(cpu_checks(host));
  add(memory_checks(host));
  add(system_checks(host));
  add(results_checks(host, options.results));
  return checks;
}

int run(const Options& options) {
  const Checks checks = examine(options);
  const std::string name =
      options.root == "/" ? identify_host(options.root).host : "host of " + options.root;
  const std::string text = options.json ? as_json(name, checks) : as_text(name, checks);
  std::fputs(text.c_str(), stdout);
  return worst(checks) == State::lacks ? exit_incomplete : exit_ok;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  using namespace plumbline;
  CLI::App app(
      "What this host has and lacks for measuring itself, why it matters and how to mend it.\n"
      "Exit 0: the suites can do their work here. Exit 3: something is lacking.",
      "plumbline-doctor");
  Options options;
  app.add_flag("--json", options.json, "print JSON");
  app.add_option("--root", options.root,
                 "a folder that holds another host's sys/, proc/, dev/ ... (libraries are then "
                 "looked for below it)")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--results", options.results, "where results would be written")
      ->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--library",
         [&](const std::vector<std::string>& pairs) {
           for (const std::string& pair : pairs) {
             const std::size_t equals = pair.find('=');
             if (equals == std::string::npos) {
               throw CLI::ValidationError("--library", "found " + pair + ", expected NAME=FILE");
             }
             options.libraries[pair.substr(0, equals)] = pair.substr(equals + 1);
           }
         },
         "NAME=FILE: exactly this file for a library: libcuda=/opt/driver/libcuda.so.1")
      ->take_all();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plumbline-doctor: %s\n", error.what());
    return exit_usage;
  }
}
