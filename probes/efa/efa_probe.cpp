#include <unistd.h>

#include <string_view>

#include "probes/efa/agent.h"
#include "probes/efa/counter_rows.h"
#include "probes/efa/gpu_reach.h"
#include "probes/efa/hosts.h"
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

HostRails rails_here(const Node& node, const RailChoice& choice, const HostIdentity& self) {
  LocalCrew crew(this_program());
  HostRails rails = find_rails(crew, node, choice);
  rails.host = self.host;
  rails.instance_type = self.instance_type;
  return rails;
}

/// The hosts that came together, with the facts about that; none if they did not.
std::vector<HostRails> meet(Plan& plan, const Place& place, const HostRails& own, Bench& bench) {
  if (place.alone()) {
    bench.crew = std::make_unique<LocalCrew>(this_program());
    return {own};
  }
  if (plan.shown_only()) return imagined(place, own);
  try {
    Gathered gathered = gather(place, own);
    bench.crew = std::move(gathered.crew);
    const Work together{.params = {{"nodes", std::to_string(gathered.hosts.size())}}};
    plan.fact(ranks_metric, together, static_cast<double>(gathered.hosts.size()));
    std::string text;
    for (const std::string& difference : gathered.differences) {
      text += (text.empty() ? "" : "; ") + difference;
    }
    const auto count = static_cast<double>(gathered.differences.size());
    plan.fact(differences_metric, together, [count, text] { return Fact(count, text); });
    return std::move(gathered.hosts);
  } catch (const std::runtime_error& error) {
    plan.fact(ranks_metric, {.params = {{"nodes", std::to_string(place.size)}}},
              [why = std::string(error.what())]() -> Fact { throw std::runtime_error(why); });
    return {};
  }
}

void plan(Plan& plan) {
  const RailChoice choice = rail_choice(plan.options());
  const Place place = find_place(plan.options());
  const std::vector<std::uint64_t> asked = asked_sizes(plan.options());
  const bool full = plan.flag("full");
  record_environment(plan);
  const Node node = discover();
  const auto bench = std::make_shared<Bench>();
  read_settings(plan.options(), node, *bench);

  const std::vector<HostRails> hosts =
      meet(plan, place, rails_here(node, choice, plan.self()), *bench);
  bool all_have_rails = !hosts.empty();
  for (unsigned rank = 0; rank < hosts.size(); ++rank) {
    all_have_rails = plan_facts(plan, hosts, rank) && all_have_rails;
  }
  if (!all_have_rails) return;
  if (choice.gpu_memory) plan_peer_to_peer(plan, bench, hosts);
  const CounterRows counters(bench, hosts);
  const Sizes sizes = !asked.empty() ? only(asked) : full ? full_sizes() : default_sizes();
  if (hosts.size() == 1) {
    plan_one_host(plan, bench, hosts, sizes, full);
  } else {
    plan_hosts(plan, bench, hosts, sizes);
  }
  counters.add_to(plan);
}

std::optional<int> follow_if_asked(const Options& options, const HostIdentity& self) {
  const Place place = find_place(options);
  if (place.rank == 0) return std::nullopt;
  scrub_environment(taken_away);
  const HostRails rails = rails_here(discover(), rail_choice(options), self);
  return follow(Follower::join(place, participant_of(rails)), rails, this_program());
}

}  // namespace
}  // namespace plumbline::efa

int main(int argc, char** argv) {
  using namespace plumbline::efa;
  if (const auto descriptor = rail_worker_descriptor(argc, argv)) return serve_rail(*descriptor);
  return plumbline::run_probe({"efa",
                               "How fast each rail to other hosts is, alone and with all others at "
                               "once: EFA through libfabric, or another provider",
                               metrics, probe_options, plan, follow_if_asked},
                              argc, argv);
}
