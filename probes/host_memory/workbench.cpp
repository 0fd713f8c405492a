#include "probes/host_memory/workbench.h"

#include <fmt/format.h>

#include "probes/harness/skip.h"
#include "probes/host_memory/memory_budget.h"

namespace plumbline::host_memory {
namespace {

ThreadTeam& kept(std::optional<ThreadTeam>& team, const CpuList& cpus) {
  if (!team || team->cpus() != cpus) {
    team.reset();
    team.emplace(cpus);
  }
  return *team;
}

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

ThreadTeam& Workbench::team(const NodePair& pair) { return kept(team_, pair.cpus); }

ThreadTeam& Workbench::single(const NodePair& pair) { return kept(single_, {pair.cpus.front()}); }

PlacedBuffer& Workbench::buffer(const NodePair& pair, std::uint64_t bytes) {
  if (!buffer_ || buffer_->node() != pair.memory_node || buffer_->bytes().size() < bytes) {
    buffer_.reset();
    const MemoryBudget budget = memory_budget(pair.memory_node, pair.only_memory);
    // The rest stays for whoever else works on the machine.
    const std::uint64_t most = budget.available_bytes / 10 * 9;
    if (bytes > most && bytes > huge_page_pool(pair.memory_node).free_bytes) {
      throw Skip(fmt::format("{} has {:.0f} MiB to spare, the buffers need {:.0f} MiB: see --size",
                             pair.peer(), mebibytes(most), mebibytes(bytes)));
    }
    buffer_.emplace(bytes, pair.memory_node, pair.only_memory, team(pair));
  }
  return *buffer_;
}

}  // namespace plumbline::host_memory
