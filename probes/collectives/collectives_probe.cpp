#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "probes/collectives/follow.h"
#include "probes/collectives/group.h"
#include "probes/collectives/hosts.h"
#include "probes/collectives/metrics.h"
#include "probes/collectives/timing.h"
#include "probes/harness/probe.h"
#include "probes/harness/skip.h"
#include "probes/world/follower.h"
#include "results/schema/number.h"

extern "C" const std::byte plumbline_collectives_device_code[];
extern "C" const std::byte plumbline_collectives_device_code_end[];

namespace plumbline::collectives {
namespace {

constexpr std::array operations = {
    Operation::all_reduce, Operation::all_gather, Operation::reduce_scatter,
    Operation::broadcast,  Operation::reduce,     Operation::alltoall,
    Operation::gather,     Operation::scatter,    Operation::sendrecv};

constexpr ProbeOption sizes_option{
    "sizes", "Message sizes in bytes, with commas between; empty: those that verdicts are about",
    ""};
constexpr ProbeOption full_option{
    "full", "Every size in place too, and with registered buffers too", "false"};
constexpr ProbeOption as_probe_option(const RankOption& option) {
  return {option.name, option.meaning, option.initial};
}
constexpr std::array probe_options = {libcuda_option,
                                      start_time_option,
                                      libnccl_option,
                                      nvls_option,
                                      patience_option,
                                      sizes_option,
                                      full_option,
                                      as_probe_option(ranks_option),
                                      as_probe_option(rank_option),
                                      as_probe_option(rendezvous_option),
                                      as_probe_option(token_option),
                                      as_probe_option(gather_limit_option)};

constexpr Sampling sampling{.precision = 0.01,
                            .min_samples = 12,
                            .max_samples = 100,
                            .min_seconds = 0.05,
                            .max_seconds = 3};

constexpr std::uint64_t mib = std::uint64_t{1} << 20, gib = std::uint64_t{1} << 30;

std::span<const std::byte> device_code() {
  return {plumbline_collectives_device_code, plumbline_collectives_device_code_end};
}

/// One element for each rank, or the 8 bytes that latencies are told of.
std::uint64_t smallest(Operation operation, std::uint64_t ranks) {
  return is_split(operation) ? sizeof(float) * ranks : 8;
}

std::vector<std::uint64_t> asked_sizes(const Plan& plan) {
  std::vector<std::uint64_t> sizes;
  const std::string& text = plan.option(sizes_option.name);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    const auto size = parse_number(text.substr(from, end - from));
    if (!size || *size < 8 || *size > 1e12) {
      throw std::invalid_argument(fmt::format("--sizes: found \"{}\", expected bytes from 8 on",
                                              text.substr(from, end - from)));
    }
    sizes.push_back(static_cast<std::uint64_t>(*size));
    from = end + 1;
  }
  return sizes;
}

/// What a verdict is about: few sizes, each of them told apart.
std::vector<std::uint64_t> sizes_of(Operation operation, const std::vector<std::uint64_t>& asked) {
  if (!asked.empty()) return asked;
  if (operation == Operation::all_reduce) {
    return {mib, 64 * mib, 256 * mib, gib, 8 * gib, 16 * gib};
  }
  return {mib, 256 * mib, 8 * gib};
}

/// The time of single rounds, measured when the first percentile is asked for.
struct RoundTimes {
  std::optional<std::vector<double>> seconds;

  double percentile(Group& group, const Task& task, double share) {
    if (!seconds) seconds = round_times(group, task);
    const double place = share * static_cast<double>(seconds->size() - 1);
    return (*seconds)[static_cast<std::size_t>(std::lround(place))] * 1e6;
  }
};

/// "efa", beside it "efa/efa-direct".
Fact network_of(const std::set<std::string>& networks) {
  const std::string said = fmt::format("{}", fmt::join(networks, ", "));
  // Its plugin says by which provider in words of its own.
  if (networks.contains("") || networks.contains("libfabric")) {
    throw Skip(said.empty() ? "NCCL's log says nothing about it"
                            : "its plugin does not say by which provider: " + said);
  }
  if (networks.size() > 1) return Fact(said, "not all hosts go the same way");
  return Fact(said.substr(0, said.find('/')), said);
}

class Planner {
 public:
  /// `hosts`: of the group, which may not be there if the plan is only shown.
  Planner(Plan& plan, std::shared_ptr<Group> group, std::size_t hosts)
      : plan_(plan),
        group_(std::move(group)),
        hosts_(hosts),
        ranks_(group_->own().machine().gpus.size() * hosts) {}

  std::uint64_t ranks() const { return ranks_; }

  void add(const Task& task, bool as_latency) {
    const Work work = work_of(task);
    const auto prepare = [group = group_, task] { return prepare_rate(group, task); };
    if (as_latency) {
      plan_.latency(metric_of(task.operation, 1), work, 1, 1e6, prepare, sampling);
    } else {
      const double bus =
          static_cast<double>(task.bytes) * bus_factor(task.operation, static_cast<int>(ranks_));
      plan_.rate(metric_of(task.operation, 0), work, bus, 1e9, prepare, sampling);
    }
  }

  void add_times(const Task& task) {
    const auto times = std::make_shared<RoundTimes>();
    for (const int percent : {50, 99}) {
      Work work = work_of(task);
      work.params.set("percentile", std::to_string(percent));
      plan_.fact(metric_of(task.operation, 2), work, [group = group_, task, times, percent] {
        return Fact(times->percentile(*group, task, percent / 100.0));
      });
    }
  }

  void add_facts() {
    plan_.fact(ranks_metric, subject_of_hosts(hosts_), [group = group_] {
      group->come();
      return static_cast<double>(group->ranks());
    });
    if (hosts_ > 1) {
      plan_.fact(network_metric, subject_of_hosts(hosts_), [group = group_] {
        group->come();
        return network_of(group->networks());
      });
    }
    if (!group_->own().nccl().nvls) return;
    plan_.fact(nvls_metric, subject_of_hosts(hosts_), [group = group_]() -> Fact {
      const int said = group->come();
      if (said < 0) throw Skip("NCCL's log says nothing about NVLS");
      return static_cast<double>(said);
    });
  }

  /// Behind all that looks at results. `hosts`: of a group.
  void add_wrong_values(const std::vector<Participant>& hosts) {
    const auto add = [this](Work work, const std::string& host) {
      work.params.set("nvls", nvls());
      for (const CudaGpu& gpu : group_->own().machine().gpus) {
        work.subject = gpu.subject;
        plan_.fact(wrong_values_metric, work, [group = group_, gpu = whose(host, gpu.subject)] {
          return group->checks().found(gpu, [&] { look_at_results(*group); });
        });
      }
    };
    if (hosts.empty()) add({}, "");
    for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
      Work work{.params = {{"hosts", std::to_string(hosts.size())}}};
      if (rank != 0) work.host = identity_of(hosts[rank]);
      add(std::move(work), hosts[rank].host);
    }
  }

 private:
  const char* nvls() const { return group_->own().nccl().nvls ? "on" : "off"; }
  Work work_of(const Task& task) const {
    Work work = subject_of_hosts(hosts_);
    work.bytes = task.bytes;
    work.params.set("in_place", task.in_place ? "1" : "0");
    work.params.set("nvls", nvls());
    work.params.set("registered", task.registered ? "1" : "0");
    return work;
  }

  Plan& plan_;
  std::shared_ptr<Group> group_;
  std::size_t hosts_;
  std::uint64_t ranks_;
};

void plan_operation(Planner& planner, Operation operation, std::uint64_t gpus, bool full,
                    const std::vector<std::uint64_t>& asked) {
  const std::uint64_t least = smallest(operation, gpus);
  planner.add({operation, least, false, false}, true);
  planner.add_times({operation, least, false, false});
  for (const std::uint64_t size : sizes_of(operation, asked)) {
    const std::uint64_t bytes = size / least * least;
    if (bytes == 0 || bytes == least) continue;
    const bool headline = full || bytes == 256 * mib / least * least;
    planner.add({operation, bytes, false, false}, false);
    if (headline && has_in_place(operation)) planner.add({operation, bytes, true, false}, false);
    if (full || (headline && may_use_nvls(operation)) ||
        (bytes >= 8 * gib && operation == Operation::all_reduce)) {
      planner.add({operation, bytes, false, true}, false);
    }
    if (headline) planner.add_times({operation, bytes, false, false});
  }
}

/// `hosts`: of a group; none for a host by itself.
void plan_group(Plan& plan, std::shared_ptr<Group> group, const std::vector<Participant>& hosts,
                const std::vector<std::uint64_t>& asked) {
  const bool nvls = group->own().nccl().nvls;
  Planner planner(plan, std::move(group), std::max<std::size_t>(1, hosts.size()));
  planner.add_facts();
  for (const Operation operation : operations) {
    // Without NVLS it is about what NVLS would have done.
    if (!nvls && !may_use_nvls(operation)) continue;
    plan_operation(planner, operation, planner.ranks(), plan.flag(full_option.name), asked);
  }
  planner.add_wrong_values(hosts);
}

/// Rows that say why nothing is measured.
void plan_reason(Plan& plan, const NoRanks& none, std::size_t hosts) {
  for (const Metric& metric : std::span(metrics).first(metrics.size() - metrics_of_hosts)) {
    if (none.is_failure) {
      plan.fact(metric, subject_of_hosts(hosts),
                [reason = none.reason]() -> Fact { throw std::runtime_error(reason); });
    } else {
      plan.skip(metric, subject_of_hosts(hosts), none.reason);
    }
  }
}

/// The hosts that came together and what is to be said about that; none if they did not.
std::vector<Participant> meet(Plan& plan, const Place& place, const Participant& own,
                              std::unique_ptr<Leader>& leader) {
  if (plan.shown_only()) return imagined(place, own);
  const Work work = subject_of_hosts(static_cast<std::size_t>(place.size));
  try {
    leader = std::make_unique<Leader>(Leader::gather(Listener(place.rendezvous), place, own));
  } catch (const std::runtime_error& error) {
    plan.fact(hosts_metric, work,
              [why = std::string(error.what())]() -> Fact { throw std::runtime_error(why); });
    return {};
  }
  const std::vector<Participant>& hosts = leader->participants();
  tell_of(plan, hosts);
  for (const std::string& refusal : leader->refusals())
    plan.context("collectives.refused", refusal);
  const std::vector<std::string> different = differences_between(hosts);
  plan.fact(hosts_metric, work, [count = hosts.size(), names = names_of(hosts)] {
    return Fact(static_cast<double>(count), names);
  });
  plan.fact(differences_metric, work,
            [count = different.size(), text = fmt::format("{}", fmt::join(different, "; "))] {
              return Fact(static_cast<double>(count), text);
            });
  return hosts;
}

void plan(Plan& plan) {
  const std::vector<std::uint64_t> asked = asked_sizes(plan);
  const Place place = find_place(plan.options());
  const CudaMachine machine = find_gpus(plan, wait_limit_beside(plan));
  const NcclMachine nccl = find_nccl(plan, machine);
  std::unique_ptr<Leader> leader;
  std::vector<Participant> hosts;
  std::optional<NoRanks> none;
  if (place.alone()) {
    none = why_no_ranks(machine, nccl);
  } else {
    const Participant own = participant_of(plan.self(), machine, nccl);
    hosts = meet(plan, place, own, leader);
    if (hosts.empty()) return;
    none = why_no_group(hosts);
  }
  // Also where nothing can be done: its end tells the others to end.
  auto group = std::make_shared<Group>(Part(machine, nccl, device_code()), std::move(leader));
  if (none) return plan_reason(plan, *none, static_cast<std::size_t>(place.size));
  plan_group(plan, std::move(group), hosts, asked);
}

std::optional<int> follow_if_asked(const Options& options, const HostIdentity& self) {
  const Place place = find_place(options);
  if (place.rank == 0) return std::nullopt;
  Plan own_plan(options, {}, {}, self);  // what it tells about this host stays here
  const CudaMachine machine = find_gpus(own_plan, wait_limit_beside(own_plan));
  const NcclMachine nccl = find_nccl(own_plan, machine);
  Follower follower = Follower::join(place, participant_of(self, machine, nccl));
  return follow(std::move(follower), Part(machine, nccl, device_code()));
}

}  // namespace
}  // namespace plumbline::collectives

int main(int argc, char** argv) {
  using namespace plumbline::collectives;
  return plumbline::run_probe({"collectives",
                               "How fast, how evenly and how faithfully all GPUs, of this host "
                               "or of several, exchange data through NCCL",
                               metrics, probe_options, plan, follow_if_asked},
                              argc, argv);
}
