#include "probes/collectives/hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "probes/vendor/cuda.h"

namespace plumbline::collectives {
namespace {

constexpr const char* reason_fact = "cannot take part";
constexpr const char* failure_fact = "is a failure";
constexpr const char* cuda_fact = "CUDA";
constexpr const char* nccl_fact = "NCCL";
constexpr const char* gpus_fact = "GPUs";
constexpr const char* type_fact = "instance type";

/// Without what is no fact to compare.
Participant comparable(Participant participant) {
  participant.facts.erase(reason_fact);
  participant.facts.erase(failure_fact);
  return participant;
}

}  // namespace

Participant participant_of(const HostIdentity& self, const CudaMachine& machine,
                           const NcclMachine& nccl) {
  Participant participant{self.host};
  participant.facts = {{"plumbline", PLUMBLINE_VERSION},
                       {type_fact, self.instance_type},
                       {gpus_fact, machine.gpus.size()},
                       {"NVLS", nccl.nvls ? "on" : "off"}};
  if (!machine.gpus.empty()) participant.facts["GPU"] = machine.gpus.front().device.name;
  if (machine.driver) participant.facts[cuda_fact] = cuda::version_text(machine.driver->version());
  if (nccl.library) participant.facts[nccl_fact] = nccl::version_text(nccl.library->version());
  if (const auto none = why_no_ranks(machine, nccl, true)) {
    participant.facts[reason_fact] = none->reason;
    participant.facts[failure_fact] = none->is_failure;
  }
  return participant;
}

HostIdentity identity_of(const Participant& host) {
  return {host.host, host.facts.value(type_fact, ""), "itself"};
}

std::vector<std::string> differences_between(const std::vector<Participant>& hosts) {
  std::vector<Participant> compared;
  for (const Participant& host : hosts) compared.push_back(comparable(host));
  return differences(compared);
}

std::optional<NoRanks> why_no_group(const std::vector<Participant>& hosts) {
  NoRanks none;
  std::size_t without = 0;
  for (const Participant& host : hosts) {
    const std::string reason = host.facts.value(reason_fact, "");
    if (reason.empty()) continue;
    ++without;
    none.is_failure = none.is_failure || host.facts.value(failure_fact, false);
    none.reason += fmt::format("{}{}: {}", none.reason.empty() ? "" : "; ", host.host, reason);
  }
  // Where none is made for it nothing failed; where some are, a smaller test is none.
  if (without != 0) {
    none.is_failure = none.is_failure || without != hosts.size();
    return none;
  }
  std::vector<Participant> counts;
  for (const Participant& host : hosts) {
    counts.push_back({host.host, {{gpus_fact, host.facts.value(gpus_fact, 0)}}});
  }
  const std::vector<std::string> uneven = differences(counts);
  if (uneven.empty()) return std::nullopt;
  return NoRanks{fmt::format("{}, expected the same number on all hosts", uneven.front()), true};
}

std::string names_of(const std::vector<Participant>& hosts) {
  std::string names;
  for (const Participant& host : hosts) names += (names.empty() ? "" : ", ") + host.host;
  return names;
}

void tell_of(Plan& plan, const std::vector<Participant>& hosts) {
  for (std::size_t rank = 1; rank < hosts.size(); ++rank) {
    const Participant& host = hosts[rank];
    for (const auto& [fact, key] :
         {std::pair(cuda_fact, "cuda.version"), std::pair(nccl_fact, "nccl.version")}) {
      const std::string version = host.facts.value(fact, "");
      if (!version.empty()) plan.context(key, version, host.host);
    }
  }
}

Work subject_of_hosts(std::size_t hosts) {
  Work work;
  if (hosts == 1) return work;
  work.subject = "group";
  work.params.set("nodes", std::to_string(hosts));
  return work;
}

std::vector<Participant> imagined(const Place& place, const Participant& own) {
  std::vector<Participant> hosts(static_cast<std::size_t>(place.size), own);
  for (std::size_t rank = 1; rank < hosts.size(); ++rank) {
    hosts[rank].host = fmt::format("rank{}", rank);
  }
  return hosts;
}

}  // namespace plumbline::collectives
