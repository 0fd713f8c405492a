#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include "probes/harness/probe.h"
#include "probes/node/discover.h"
#include "probes/node/imds.h"
#include "probes/topology/host_settings.h"
#include "probes/topology/topology_facts.h"

namespace {

using namespace plumbline;

constexpr std::array<ProbeOption, 2> options = {{
    {"from", "describe the machine of this hwloc XML file instead of this one", ""},
    {"imds", "ask EC2's instance metadata service who this is", "false"},
}};

void add(Plan& plan, const Settings& settings) {
  for (const auto& [key, value] : settings) plan.context(key, value);
}

void plan(Plan& plan) {
  DiscoverOptions discover_options;
  const std::filesystem::path from = plan.option("from");
  if (!from.empty()) discover_options.xml = from;
  if (!from.empty() && plan.flag("imds")) {
    throw std::invalid_argument("--imds asks about this machine, so it does not go with --from");
  }
  const Node node = discover(discover_options);
  plan_topology(plan, node);

  plan.context("hwloc", hwloc_version());
  if (!node.cpu_model.empty()) plan.context("cpu_model", node.cpu_model);
  if (from.empty()) {
    add(plan, host_settings());
    add(plan, telling_environment(environ));
    if (plan.flag("imds")) {
      for (const auto& [key, value] : read_imds()) plan.context("imds." + key, value);
    }
  } else {
    plan.context("described_by", from.filename().string());
    const HostIdentity identity = identity_of(node, discover_options);
    plan.describes(identity.host, identity.instance_type);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Probe probe{"topology",
                    "What is in this machine and how it hangs together, as facts: processors, NUMA "
                    "nodes, GPUs, EFA, NVMe, the PCIe links between them. Needs no driver.",
                    topology_metrics(), options, plan};
  return run_probe(probe, argc, argv);
}
