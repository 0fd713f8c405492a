#include "probes/efa/gpu_reach.h"

#include <stdexcept>

#include "probes/efa/metrics.h"
#include "probes/vendor/fabric_owners.h"

namespace plumbline::efa {
namespace {

constexpr std::size_t asked_bytes = std::size_t{2} << 20;

std::string said(Crew& crew, WorkerId worker, double limit_s) {
  const auto report = crew.hear(deadline_in(limit_s));
  if (!report || report->worker != worker) throw std::runtime_error("it did not answer in time");
  for (const char* fault : {"failed", "lost"}) {
    if (report->message.contains(fault)) return report->message.at(fault).get<std::string>();
  }
  return "";
}

/// What speaks against an end with memory of the GPU, opened by a process on the rail's host.
/// Empty: nothing.
std::string fault_with_gpu(Crew& crew, unsigned rank, const OpenOrder& order, double limit_s) {
  const WorkerId worker = crew.start(rank);
  crew.tell(worker, {{"open", order}});
  std::string fault = said(crew, worker, limit_s);
  if (fault.empty()) {
    crew.tell(worker, {{"allot", {{"out", asked_bytes}, {"in", asked_bytes}}}});
    fault = said(crew, worker, limit_s);
  }
  crew.dismiss(std::span(&worker, 1));
  return fault;
}

Fact reaches_gpu(Crew& crew, unsigned rank, OpenOrder order, double limit_s) {
  const std::string fault = fault_with_gpu(crew, rank, order, limit_s);
  if (fault.empty()) return Fact("yes");
  if (fault.starts_with(fabric::no_peer_to_peer)) return Fact("no", fault);
  // Fabric efa-direct is withheld, without a word, where there is no peer-to-peer; efa then says
  // so.
  order.fabric = "efa";
  order.receives_hold_data = false;
  const std::string of_efa = fault_with_gpu(crew, rank, order, limit_s);
  if (of_efa.starts_with(fabric::no_peer_to_peer)) return Fact("no", of_efa);
  throw std::runtime_error(fault);
}

}  // namespace

void plan_peer_to_peer(Plan& plan, const std::shared_ptr<Bench>& bench,
                       const std::vector<HostRails>& hosts) {
  for (unsigned rank = 0; rank < hosts.size(); ++rank) {
    for (const Rail& rail : hosts[rank].rails) {
      // Others copy by way of the host and say nothing of it.
      if (rail.domain.provider != "efa") continue;
      Work work;
      if (rank != 0) work.host = HostIdentity{hosts[rank].host, hosts[rank].instance_type, ""};
      work.subject = rail.subject;
      work.transport = transport_of(rail);
      plan.fact(peer_to_peer_metric, work, [bench, rank, order = rail.open] {
        return reaches_gpu(*bench->crew, rank, order, bench->ends.open_s);
      });
    }
  }
}

}  // namespace plumbline::efa
