#include <unistd.h>

#include <string_view>

#include "probes/efa/metrics.h"
#include "probes/efa/options.h"
#include "probes/efa/planner.h"
#include "probes/efa/rail_worker.h"
#include "probes/harness/probe.h"
#include "probes/node/discover.h"
#include "probes/vendor/environment.h"

namespace plumbline::efa {
namespace {

/// Variables that make libfabric abort, or hide providers from it.
constexpr const char* taken_away[] = {
    "FI_PROVIDER",          "FI_EFA_IFACE",           "FI_EFA_MTU_SIZE",
    "FI_EFA_TX_IOV_LIMIT",  "FI_EFA_RX_IOV_LIMIT",    "FI_EFA_TX_MIN_CREDITS",
    "FI_EFA_USE_HUGE_PAGE", "FI_EFA_USE_DEVICE_RDMA", "FI_EFA_FORK_SAFE",
    "RDMAV_FORK_SAFE",      "IBV_FORK_SAFE"};

/// What else may change how the fabric behaves, for the record.
void record_environment(Plan& plan) {
  for (const Scrubbed& variable : scrub_environment(taken_away)) {
    plan.context("env." + variable.name, variable.value + " (taken away)");
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool concerns =
        text.starts_with("FI_") || text.starts_with("RDMAV_") || text.starts_with("OFI_NCCL_");
    const std::size_t equals = text.find('=');
    if (!concerns || equals == std::string_view::npos) continue;
    plan.context("env." + std::string(text.substr(0, equals)),
                 std::string(text.substr(equals + 1)));
  }
}

void plan(Plan& plan) {
  const RailChoice choice = rail_choice(plan);
  const std::vector<std::uint64_t> asked = asked_sizes(plan);
  const bool full = plan.flag("full");
  record_environment(plan);
  const Node node = discover();
  const auto bench = std::make_shared<Bench>();
  read_settings(plan, node, *bench);
  bench->crew = std::make_unique<LocalCrew>(this_program());

  const HostRails rails = find_rails(*bench->crew, node, choice);
  if (!rails.library.empty()) {
    plan.context("libfabric.version", rails.library);
    plan.context("libfabric.api", rails.api);
  }
  plan_facts(plan, rails);
  if (rails.rails.empty()) return;
  const Sizes sizes = !asked.empty() ? only(asked) : full ? full_sizes() : default_sizes();
  plan_one_host(plan, bench, rails, sizes, full);
}

}  // namespace
}  // namespace plumbline::efa

int main(int argc, char** argv) {
  using namespace plumbline::efa;
  if (const auto descriptor = rail_worker_descriptor(argc, argv)) return serve_rail(*descriptor);
  return plumbline::run_probe({"efa",
                               "How fast each rail to other hosts is, alone and with all others at "
                               "once: EFA through libfabric, or another provider",
                               metrics, options, plan},
                              argc, argv);
}
