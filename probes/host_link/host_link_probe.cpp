#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probes/gpu/chase.h"
#include "probes/gpu/gpu_watch.h"
#include "probes/gpu/gpus.h"
#include "probes/gpu/joint_measurement.h"
#include "probes/gpu/transfer_code.h"
#include "probes/harness/probe.h"
#include "probes/harness/skip.h"
#include "probes/host_link/host_buffers.h"

namespace plumbline::host_link {
namespace {

constexpr std::array metrics = {
    Metric{"host_link.h2d", "GB/s", Better::higher,
           "From page-locked memory of the host to the GPU, nothing else going on; by=engine: by a "
           "copy engine, by=kernel: by all multiprocessors; numa: whether the memory lies on the "
           "NUMA node that the GPU is nearest to, or on one that is farther"},
    Metric{"host_link.d2h", "GB/s", Better::higher,
           "From the GPU to page-locked memory of the host, otherwise as host_link.h2d"},
    Metric{"host_link.both", "GB/s", Better::higher,
           "Both directions at once by copy engines, each with buffers of its own: the bytes of "
           "both over the time until both are done"},
    Metric{"host_link.both_h2d", "GB/s", Better::higher,
           "What host_link.both is made of: to the GPU, over its own time"},
    Metric{"host_link.both_d2h", "GB/s", Better::higher,
           "What host_link.both is made of: to the host, over its own time"},
    Metric{"host_link.together_h2d", "GB/s", Better::higher,
           "From the host to all GPUs at once by copy engines: of a GPU its bytes over its own "
           "time, of the node all bytes over the time until all are done"},
    Metric{"host_link.together_d2h", "GB/s", Better::higher,
           "From all GPUs to the host at once, otherwise as host_link.together_h2d"},
    Metric{"host_link.latency", "ns", Better::lower,
           "One load of the GPU from the host's memory whose address the load before gives, at a "
           "random line; one thread, nothing else running"},
    Metric{
        "host_link.pcie_generation", "count", Better::exact,
        "The generation of the GPU's link to the host while it copies in both directions; an idle "
        "link is allowed to be slow"},
    Metric{"host_link.pcie_width", "count", Better::exact,
           "The lanes of the GPU's link to the host while it copies in both directions"},
    Metric{"host_link.pcie_replays", "count", Better::lower,
           "Packets that the link had to send again while the GPU copied in both directions"},
    Metric{
        "host_link.wrong_values", "count", Better::exact,
        "8-byte words that lay wrong at the destination of a copy between the host and this GPU, "
        "of all that were looked at: before a copy is timed and after"},
};
constexpr const Metric& h2d = metrics[0];
constexpr const Metric& d2h = metrics[1];
constexpr const Metric& both = metrics[2];
constexpr const Metric& both_h2d = metrics[3];
constexpr const Metric& both_d2h = metrics[4];
constexpr const Metric& together_h2d = metrics[5];
constexpr const Metric& together_d2h = metrics[6];
constexpr const Metric& latency = metrics[7];
constexpr const Metric& pcie_generation = metrics[8];
constexpr const Metric& pcie_width = metrics[9];
constexpr const Metric& pcie_replays = metrics[10];
constexpr const Metric& wrong_values = metrics[11];

constexpr ProbeOption size{"size", "Bytes of each buffer, in steps of 2 MiB", "134217728"};
constexpr std::array options = {libcuda_option, libnvidia_ml_option, start_time_option,
                                wait_limit_option, size};

constexpr Sampling alone_sampling{
    .precision = 0.005, .min_samples = 10, .max_samples = 60, .min_seconds = 0.1, .max_seconds = 3};
/// A load over PCI Express takes about a microsecond.
constexpr unsigned hops = 4096;
constexpr Sampling latency_sampling{.precision = 0.005,
                                    .min_samples = 10,
                                    .max_samples = 60,
                                    .min_seconds = 0.02,
                                    .max_seconds = 2};

/// Where a buffer lies as seen from a GPU, and what the row calls that.
struct Place {
  const char* name;  ///< near, far, unknown
  std::optional<unsigned> node;
};

Place near_place(const CudaMachine& machine, const CudaGpu& gpu) {
  // The only memory there is needs no binding, and no permission to bind.
  if (machine.numa_nodes.size() == 1) return {"near", std::nullopt};
  return gpu.numa_node ? Place{"near", gpu.numa_node} : Place{"unknown", std::nullopt};
}

/// One that is not near, where the machine has several and says which is.
std::optional<Place> far_place(const CudaMachine& machine, const CudaGpu& gpu) {
  if (!gpu.numa_node) return std::nullopt;
  const auto other = std::find_if(machine.numa_nodes.rbegin(), machine.numa_nodes.rend(),
                                  [&](unsigned node) { return node != *gpu.numa_node; });
  if (other == machine.numa_nodes.rend()) return std::nullopt;
  return Place{"far", *other};
}

/// What the cases of the probe share.
struct Shared {
  HostBuffers buffers;
  std::shared_ptr<TransferStage> stage = std::make_shared<TransferStage>();
  std::shared_ptr<DataChecks> checks = std::make_shared<DataChecks>();
  std::map<std::optional<unsigned>, std::shared_ptr<const Chain>> chains;  ///< by NUMA node
  std::shared_ptr<const std::vector<unsigned>> ring;                       ///< of all of them
};

enum class Direction { to_gpu, to_host };

Transfer make_transfer(Shared& shared, const std::shared_ptr<const Workbench>& bench,
                       Direction direction, const Place& place, Mover by) {
  const auto host = shared.buffers.take(bench, place.node);
  const auto device = allocate_on(*bench, host->memory().size());
  const bool to_gpu = direction == Direction::to_gpu;
  const std::string& gpu = bench->gpu.subject;
  Transfer transfer;
  transfer.subject = gpu + (to_gpu ? " from the host" : " to the host");
  transfer.origin = to_gpu ? "the host for " + gpu : gpu;
  transfer.mover = transfer.source = transfer.destination = bench;
  transfer.by = by;
  transfer.from = to_gpu ? host->address(bench->context) : device->address();
  transfer.to = to_gpu ? device->address() : host->address(bench->context);
  transfer.bytes = device->bytes();
  transfer.checks = shared.checks;
  transfer.whose = gpu;
  transfer.keeps = {host, device};
  return transfer;
}

/// A GPU with the bench that its cases share.
struct Worker {
  CudaGpu gpu;
  std::shared_ptr<SharedWorkbench> bench;
  Place near;
  std::optional<Place> far;
};

Params params_of(const Place& place, Mover by) {
  return {{"by", by == Mover::engine ? "engine" : "kernel"}, {"numa", place.name}};
}

class Cases {
 public:
  Cases(Plan& plan, std::size_t bytes) : plan_(plan), shared_(new Shared{HostBuffers(bytes)}) {}

  void add_alone(const Worker& worker, const Place& place, Mover by) {
    for (const auto& [metric, direction] :
         {std::pair{&h2d, Direction::to_gpu}, std::pair{&d2h, Direction::to_host}}) {
      const auto measurement = joint({transfer(worker, direction, place, by)});
      plan_.rate(
          *metric, work(worker.gpu.subject, params_of(place, by)), bytes(), 1e9,
          [=] { return measurement->prepare_one(0); }, alone_sampling);
    }
  }

  void add_both(const Worker& worker) {
    const auto measurement = joint(both_ways(worker));
    const Params params = params_of(worker.near, Mover::engine);
    add_all(measurement, both, work(worker.gpu.subject, params), 2);
    add_one(measurement, both_h2d, work(worker.gpu.subject, params), 0);
    add_one(measurement, both_d2h, work(worker.gpu.subject, params), 1);
  }

  void add_together(const std::vector<Worker>& workers) {
    for (const auto& [metric, direction] : {std::pair{&together_h2d, Direction::to_gpu},
                                            std::pair{&together_d2h, Direction::to_host}}) {
      std::vector<MakeTransfer> transfers;
      for (const Worker& worker : workers) {
        transfers.push_back(transfer(worker, direction, worker.near, Mover::engine));
      }
      const auto measurement = joint(std::move(transfers));
      for (std::size_t i = 0; i < workers.size(); ++i) {
        add_one(measurement, *metric,
                work(workers[i].gpu.subject, params_of(workers[i].near, Mover::engine)), i);
      }
      add_all(measurement, *metric, work("node", {{"by", "engine"}}), workers.size());
    }
  }

  /// The link as NVML sees it under load: looked at once, said in three rows.
  void add_link(const Worker& worker, const Monitor& monitor) {
    struct Seen {
      std::optional<Conditions> conditions;
      std::string failure;
    };
    const std::vector<MakeTransfer> transfers = both_ways(worker);
    const auto seen = std::make_shared<Seen>();
    const auto look = [=, shared = shared_, gpu = worker.gpu]() -> const Conditions& {
      if (monitor.session == nullptr) throw Skip(monitor.reason);
      if (!seen->conditions && seen->failure.empty()) {
        try {
          seen->conditions = conditions_under_load(*shared, transfers, monitor, gpu);
        } catch (const std::exception& error) {
          seen->failure = error.what();
        }
      }
      if (!seen->conditions) throw std::runtime_error(seen->failure);
      return *seen->conditions;
    };
    const auto add = [&](const Metric& metric, auto member) {
      plan_.fact(metric, {.subject = worker.gpu.subject}, [=]() -> Fact {
        const Conditions& conditions = look();
        const auto& value = conditions.*member;
        if (!value)
          throw Skip(conditions.absent.empty() ? "NVML does not tell" : conditions.absent);
        return Fact(static_cast<double>(*value));
      });
    };
    add(pcie_generation, &Conditions::pcie_generation);
    add(pcie_width, &Conditions::pcie_width);
    add(pcie_replays, &Conditions::pcie_replays);
  }

  void add_latency(const Worker& worker, const Place& place) {
    const std::uint64_t chain_bytes = default_chain_bytes(worker.gpu.device.l2_bytes);
    Work work{
        .subject = worker.gpu.subject, .bytes = chain_bytes, .params = {{"numa", place.name}}};
    const auto walk = [=, shared = shared_] {
      const auto bench = worker.bench->get();
      auto& chain = shared->chains[place.node];
      if (!chain) {
        if (!shared->ring) shared->ring = ring_of(chain_bytes);
        chain = std::make_shared<const Chain>(bench, shared->ring, place.node);
      }
      return prepare_walk(bench, chain, hops);
    };
    plan_.latency(latency, std::move(work), hops, 1e9,
                  shared_->checks->watched(worker.gpu.subject, walk), latency_sampling);
  }

  /// Behind all that looks at data.
  void add_wrong_values(const Worker& worker) {
    const auto look = [shared = shared_, transfers = both_ways(worker)] {
      const auto run = shared->stage->put(&transfers, transfers);
      for (std::size_t i = 0; i < transfers.size(); ++i) run->group.require(i);
    };
    plan_.fact(wrong_values, {.subject = worker.gpu.subject},
               [checks = shared_->checks, gpu = worker.gpu.subject, look] {
                 return checks->found(gpu, look);
               });
  }

 private:
  static Conditions conditions_under_load(Shared& shared,
                                          const std::vector<MakeTransfer>& transfers,
                                          const Monitor& monitor, const CudaGpu& gpu) {
    constexpr int looks = 5;
    const auto run = shared.stage->put(&transfers, transfers);
    for (std::size_t i = 0; i < transfers.size(); ++i) run->group.require(i);
    GpuWatch watch(monitor, gpu.device.pci_address);
    for (int i = 0; i < looks; ++i) run->group.once([&] { watch.look(); });
    return watch.finish();
  }

  MakeTransfer transfer(const Worker& worker, Direction direction, const Place& place,
                        Mover by) const {
    return [=, shared = shared_, bench = worker.bench] {
      return make_transfer(*shared, bench->get(), direction, place, by);
    };
  }
  std::vector<MakeTransfer> both_ways(const Worker& worker) const {
    return {transfer(worker, Direction::to_gpu, worker.near, Mover::engine),
            transfer(worker, Direction::to_host, worker.near, Mover::engine)};
  }
  std::shared_ptr<JointMeasurement> joint(std::vector<MakeTransfer> transfers) const {
    return std::make_shared<JointMeasurement>(shared_->stage, std::move(transfers));
  }
  Work work(std::string subject, Params params) const {
    return {.subject = std::move(subject),
            .bytes = shared_->buffers.bytes(),
            .params = std::move(params)};
  }
  double bytes() const { return static_cast<double>(shared_->buffers.bytes()); }

  void add_one(const std::shared_ptr<JointMeasurement>& measurement, const Metric& metric,
               Work work, std::size_t transfer) {
    plan_.rate(
        metric, std::move(work), bytes(), 1e9, [=] { return measurement->prepare_one(transfer); },
        JointMeasurement::sampling);
  }
  void add_all(const std::shared_ptr<JointMeasurement>& measurement, const Metric& metric,
               Work work, std::size_t transfers) {
    plan_.rate(
        metric, std::move(work), bytes() * static_cast<double>(transfers), 1e9,
        [=] { return measurement->prepare_all(); }, JointMeasurement::sampling);
  }

  Plan& plan_;
  std::shared_ptr<Shared> shared_;
};

void plan(Plan& plan) {
  constexpr std::size_t step = std::size_t{2} << 20;  // what PinnedOnNode takes at least
  const auto asked = static_cast<std::size_t>(number_option(plan, size));
  const CudaMachine machine = find_gpus(plan, number_option(plan, wait_limit_option));
  const Monitor monitor = open_monitor(plan);
  Cases cases(plan, std::max(step, asked / step * step));
  std::vector<Worker> workers;
  for (const CudaGpu& gpu : machine.gpus) {
    workers.push_back({gpu, std::make_shared<SharedWorkbench>(machine.driver, gpu, transfer_code()),
                       near_place(machine, gpu), far_place(machine, gpu)});
    const Worker& worker = workers.back();
    plan.context(gpu.subject + ".numa_node",
                 gpu.numa_node ? std::to_string(*gpu.numa_node) : "the machine does not say");
    for (const Mover by : {Mover::engine, Mover::kernel}) {
      cases.add_alone(worker, worker.near, by);
    }
    if (worker.far) cases.add_alone(worker, *worker.far, Mover::engine);
    cases.add_both(worker);
    cases.add_link(worker, monitor);
    cases.add_latency(worker, worker.near);
    if (worker.far) cases.add_latency(worker, *worker.far);
  }
  if (workers.size() > 1) cases.add_together(workers);
  for (const Worker& worker : workers) cases.add_wrong_values(worker);
  plan_absent(plan, machine, metrics);
}

}  // namespace
}  // namespace plumbline::host_link

int main(int argc, char** argv) {
  using namespace plumbline::host_link;
  return plumbline::run_probe(
      {"host_link", "How fast the host and each GPU exchange data, and how faithfully", metrics,
       options, plan},
      argc, argv);
}
