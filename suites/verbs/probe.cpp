#include <fmt/format.h>

#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "results/schema/exit_code.h"
#include "suites/description/nearest_name.h"
#include "suites/launch/capture.h"
#include "suites/running/probe_plan.h"
#include "suites/verbs/become.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

std::string purpose_of_probe(const std::filesystem::path& probe, Interruption& interruption) {
  const Captured said = capture({probe, "--describe=json"}, Seconds{10}, interruption);
  try {
    if (said.ok()) return nlohmann::json::parse(said.output).at("purpose").get<std::string>();
  } catch (const nlohmann::json::exception&) {
  }
  return "(does not answer --describe=json)";
}

int list_probes(const InstallTree& tree) {
  Interruption interruption;
  std::cout << "One probe alone: a Google Benchmark program that measures this host.\n\n"
               "  plumbline probe NAME               measure, show the values\n"
               "  plumbline probe NAME --describe    its metrics: unit, direction, meaning\n"
               "  plumbline probe NAME --help        all options\n\n";
  const auto names = probe_names(tree.bin);
  if (names.empty()) std::cout << "There is no probe in " << tree.bin.string() << ".\n";
  for (const std::string& name : names) {
    std::cout << fmt::format("  {:14} {}\n", name,
                             purpose_of_probe(tree.probe(name), interruption));
  }
  return exit_ok;
}

}  // namespace

int probe_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    return list_probes(tree);
  }
  const std::string& name = arguments[0];
  if (!std::filesystem::exists(tree.probe(name))) {
    const auto names = probe_names(tree.bin);
    std::cerr << fmt::format("there is no probe \"{}\"{} (there are: {})\n", name,
                             did_you_mean(name, names), fmt::join(names, ", "));
    return exit_usage;
  }
  become(tree.probe(name), {arguments.begin() + 1, arguments.end()});
}

}  // namespace plumbline
