#include <fmt/format.h>

#include <array>
#include <memory>

#include "probes/harness/probe.h"
#include "probes/host_memory/bandwidth.h"
#include "probes/host_memory/memory_budget.h"
#include "probes/host_memory/node_pair.h"
#include "probes/host_memory/pointer_chase.h"
#include "probes/host_memory/workbench.h"
#include "probes/node/discover.h"
#include "results/schema/number.h"

namespace plumbline::host_memory {
namespace {

constexpr std::array metrics = {
    Metric{"host_memory.read", "GB/s", Better::higher,
           "Loads: 8 bytes per element, one array summed by all cores of the CPU node"},
    Metric{
        "host_memory.write", "GB/s", Better::higher,
        "Ordinary stores: 8 bytes per element of one array; the lines that the caches read before "
        "they are overwritten are not counted"},
    Metric{"host_memory.write_nt", "GB/s", Better::higher,
           "Non-temporal stores, past the caches: 8 bytes per element of one array"},
    Metric{
        "host_memory.copy", "GB/s", Better::higher,
        "STREAM copy a = b with ordinary stores: 16 bytes per element, lines read before they are "
        "overwritten not counted"},
    Metric{"host_memory.copy_nt", "GB/s", Better::higher,
           "STREAM copy a = b with non-temporal stores: 16 bytes per element"},
    Metric{
        "host_memory.triad", "GB/s", Better::higher,
        "STREAM triad a = b + s * c with ordinary stores: 24 bytes per element, lines read before "
        "they are overwritten not counted"},
    Metric{"host_memory.triad_nt", "GB/s", Better::higher,
           "STREAM triad a = b + s * c with non-temporal stores: 24 bytes per element"},
    Metric{"host_memory.latency", "ns", Better::lower,
           "One load whose address the load before gives, from a random place of a buffer that is "
           "far larger than the caches; one core, nothing else running"},
    Metric{"host_memory.latency_curve", "ns", Better::lower,
           "The same in a buffer of the row's bytes, from the first cache to memory; local memory"},
};
constexpr std::array operations = {Operation::read,    Operation::write,   Operation::write_nt,
                                   Operation::copy,    Operation::copy_nt, Operation::triad,
                                   Operation::triad_nt};
constexpr const Metric& metric_of(Operation operation) {
  return metrics[static_cast<std::size_t>(operation)];
}
constexpr const Metric& latency = metrics[7];
constexpr const Metric& latency_curve = metrics[8];

constexpr std::array options = {
    ProbeOption{"size",
                "Bytes of each of the three arrays; 0: four times the last-level caches, at "
                "least 256 MiB, at most an eighth of the memory for all three",
                "0"},
    ProbeOption{"isa", "Instruction set of the kernels: auto, scalar, neon, avx2 or avx512",
                "auto"},
    ProbeOption{"threads", "Threads on each CPU node, cores before their siblings; 0: one per core",
                "0"},
};

/// Shared machines are noisy for longer than a sample: many samples of 10 ms or more, spread over a
/// second, make a better median than few.
constexpr Sampling bandwidth_sampling{.precision = 0.005,
                                      .min_samples = 20,
                                      .max_samples = 2000,
                                      .min_seconds = 0.5,
                                      .max_seconds = 2};
constexpr double bandwidth_sample_seconds = 0.01;
constexpr Sampling latency_sampling = bandwidth_sampling;
constexpr Sampling curve_sampling{.precision = 0.005,
                                  .min_samples = 20,
                                  .max_samples = 2000,
                                  .min_seconds = 0.1,
                                  .max_seconds = 0.4};
constexpr double latency_sample_seconds = 0.005;
constexpr std::uint64_t smallest_curve_bytes = 16 << 10;

std::uint64_t whole_number(const Plan& plan, const char* name) {
  const auto value = parse_integer(plan.option(name));
  if (!value) {
    throw std::invalid_argument(
        fmt::format("--{}: found \"{}\", expected a whole number", name, plan.option(name)));
  }
  return *value;
}

/// What the cases have in common.
struct Setting {
  const Kernels& kernels;
  std::uint64_t asked_size;  ///< 0: none
  std::shared_ptr<Workbench> workbench;
};

ArrayLayout layout_of(const NodePair& pair, const Setting& setting) {
  if (setting.asked_size != 0) return {setting.asked_size};
  return {default_array_bytes(pair.last_level_cache_bytes,
                              memory_budget(pair.memory_node, pair.only_memory).total_bytes)};
}

std::string note_on(const PlacedBuffer& buffer, const NodePair& pair, std::uint64_t bytes,
                    const char* what) {
  std::string note = fmt::format("{} of {:.0f} MiB in {}", what,
                                 static_cast<double>(bytes) / (1 << 20), buffer.pages());
  if (pair.last_level_cache_bytes != 0) {
    note +=
        fmt::format(", {:.1f} x the last-level caches",
                    static_cast<double>(bytes) / static_cast<double>(pair.last_level_cache_bytes));
  }
  return note;
}

Work work_on(const NodePair& pair, const Setting& setting) {
  Work work;
  work.subject = pair.subject();
  work.peer = pair.peer();
  work.params = {{"locality", pair.local() ? "local" : "remote"}};
  work.bytes = setting.asked_size;
  return work;
}

void plan_bandwidth(Plan& plan, Operation operation, const NodePair& pair, const Setting& setting) {
  const ArrayLayout layout = layout_of(pair, setting);
  Work work = work_on(pair, setting);
  work.params.set("isa", isa_names[setting.kernels.isa]);
  work.params.set("threads", std::to_string(pair.cpus.size()));
  const double bytes = static_cast<double>(layout.array_bytes / 8 * bytes_per_element(operation));
  const auto prepare = [=] {
    PlacedBuffer& buffer = setting.workbench->buffer(pair, layout.total_bytes());
    const auto run = std::make_shared<BandwidthWork>(
        operation, setting.kernels, setting.workbench->team(pair), buffer.bytes(), layout);
    run->set_sample_time(bandwidth_sample_seconds);
    return Prepared{[run] { return run->sample(); },
                    [run] { run->verify(); },
                    note_on(buffer, pair, layout.array_bytes, "arrays"),
                    {}};
  };
  plan.rate(metric_of(operation), std::move(work), bytes, 1e9, prepare, bandwidth_sampling);
}

/// `bytes` 0: all of the three arrays' memory.
void plan_latency(Plan& plan, const Metric& metric, std::uint64_t bytes, const NodePair& pair,
                  const Setting& setting, const Sampling& sampling) {
  const ArrayLayout layout = layout_of(pair, setting);
  Work work = work_on(pair, setting);
  if (bytes != 0) work.bytes = bytes;
  const auto prepare = [=] {
    Workbench& workbench = *setting.workbench;
    PlacedBuffer& buffer = workbench.buffer(pair, layout.total_bytes());
    const auto memory = buffer.bytes().first(bytes != 0 ? bytes : 3 * layout.array_bytes);
    struct Chase {
      PointerChase ring;
      LatencyWork work;
      Chase(std::span<std::byte> where, ThreadTeam& team, ThreadTeam& single)
          : ring(where, team), work(ring, single) {}
    };
    ThreadTeam& team = workbench.team(pair);
    const auto chase = std::make_shared<Chase>(memory, team, workbench.single(pair));
    chase->work.set_sample_time(latency_sample_seconds);
    return Prepared{[chase] { return chase->work.sample(); },
                    [chase, &team] { chase->ring.verify(team); },
                    note_on(buffer, pair, memory.size(), "a ring"),
                    {}};
  };
  plan.latency(metric, std::move(work), 1, 1e9, prepare, sampling);
}

void plan_pair(Plan& plan, const NodePair& pair, const Setting& setting) {
  for (const Operation operation : operations) plan_bandwidth(plan, operation, pair, setting);
  plan_latency(plan, latency, 0, pair, setting, latency_sampling);
  if (!pair.local()) return;
  const std::uint64_t largest = layout_of(pair, setting).array_bytes;
  for (std::uint64_t bytes = smallest_curve_bytes; bytes <= largest; bytes *= 2) {
    plan_latency(plan, latency_curve, bytes, pair, setting, curve_sampling);
  }
}

void plan_host_memory(Plan& plan) {
  const std::uint64_t size = whole_number(plan, "size");
  constexpr std::uint64_t least_size = 4096;
  if (size != 0 && (size % 64 != 0 || size < least_size)) {
    throw std::invalid_argument(
        fmt::format("--size: found {}, expected a multiple of 64 from {} on", size, least_size));
  }
  const Setting setting{kernels(choose_isa(plan.option("isa"))), size,
                        std::make_shared<Workbench>()};
  const NodePairs found = node_pairs(discover(), allowed_cpus(), whole_number(plan, "threads"));
  for (const NodePair& pair : found.pairs) plan_pair(plan, pair, setting);
  for (const LeftOut& left_out : found.left_out) {
    for (const Metric& metric : metrics) {
      Work work;
      work.subject = left_out.subject;
      work.peer = left_out.peer;
      plan.skip(metric, std::move(work), left_out.reason);
    }
  }
  plan.context("host_memory.isa", isa_names[setting.kernels.isa]);
}

constexpr Probe probe{"host_memory",
                      "Memory bandwidth and latency of each pair of a NUMA node's cores and a NUMA "
                      "node's memory",
                      metrics, options, plan_host_memory};

}  // namespace
}  // namespace plumbline::host_memory

int main(int argc, char** argv) {
  return plumbline::run_probe(plumbline::host_memory::probe, argc, argv);
}
