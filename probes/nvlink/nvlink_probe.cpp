#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "probes/gpu/chase.h"
#include "probes/gpu/gpus.h"
#include "probes/gpu/joint_measurement.h"
#include "probes/gpu/transfer_code.h"
#include "probes/harness/probe.h"
#include "probes/nvlink/link_test.h"
#include "probes/nvlink/link_watch.h"
#include "probes/nvlink/multicast.h"
#include "probes/nvlink/peer_copy.h"
#include "probes/nvlink/tournament.h"

namespace plumbline::nvlink {
namespace {

constexpr std::array metrics = {
    Metric{"nvlink.fabric", "text", Better::exact,
           "What the GPU's registration with the NVSwitch fabric came to: \"ready\", or the reason "
           "why CUDA fails or will be slow"},
    Metric{"nvlink.links", "count", Better::exact, "Links of the GPU that are up"},
    Metric{"nvlink.write", "GB/s", Better::higher,
           "From gpuA to gpuB (gpuA>gpuB), moved by gpuA, nothing else going on; by=engine: by a "
           "copy engine, by=kernel: by all its multiprocessors"},
    Metric{"nvlink.read", "GB/s", Better::higher,
           "From gpuA to gpuB, moved by gpuB, otherwise as nvlink.write"},
    Metric{"nvlink.staged", "GB/s", Better::higher,
           "From gpuA to gpuB while neither may reach the other's memory: the driver copies by way "
           "of the host. A contrast and no goal, for one near and one far pair: what is moved from "
           "GPU to GPU and is not at least 1.5 times as fast carries the flag like_staged"},
    Metric{
        "nvlink.both", "GB/s", Better::higher,
        "Between two GPUs in both directions at once, each written by its copy engine: the bytes "
        "of both over the time until both are done"},
    Metric{"nvlink.both_write", "GB/s", Better::higher,
           "What nvlink.both is made of: one direction over its own time"},
    Metric{"nvlink.tournament", "GB/s", Better::higher,
           "All GPUs at once in pairs, each writing to its partner: of a direction its bytes over "
           "its own time, of the node all bytes over the time until all are done. In the rounds "
           "together every GPU meets every other"},
    Metric{"nvlink.one_to_all", "GB/s", Better::higher,
           "One GPU writes to all others at once: all bytes over the time until all are done"},
    Metric{"nvlink.all_to_one", "GB/s", Better::higher,
           "All other GPUs write to this one at once: all bytes over the time until all are done"},
    Metric{"nvlink.multicast_write", "GB/s", Better::higher,
           "One GPU writes by kernel to the memory of all GPUs at once, its own included, and "
           "NVSwitch makes the copies: the bytes that the one sends, each of them once, over the "
           "time; what all receive is as many times more as there are GPUs. Looked at in the "
           "memory of each"},
    Metric{"nvlink.multicast_reduce", "GB/s", Better::higher,
           "One GPU reads by kernel the sums of 32-bit floats that lie in the memory of all GPUs, "
           "its own included, and NVSwitch adds: the bytes that the one receives over the time; "
           "each of the others, and it itself, sends as many"},
    Metric{
        "nvlink.latency", "ns", Better::lower,
        "One load of gpuA from gpuB's memory (gpuA>gpuB) whose address the load before gives, at "
        "a random line of memory that is far larger than the last cache of gpuB; one thread, "
        "nothing else running"},
    Metric{"nvlink.errors", "count", Better::exact,
           "Replays, recoveries and CRC errors that the GPU's links counted during this probe. The "
           "counters are read before and after each test too: its rows name links that counted "
           "errors meanwhile (flag link_errors), and fail if a link went down"},
    Metric{
        "nvlink.wrong_values", "count", Better::exact,
        "8-byte words that lay wrong at the destination of a copy from gpuA to gpuB, and ends of "
        "walks by which latency is measured, of all that were looked at: before something is "
        "timed and after"},
    Metric{
        "nvlink.multicast_wrong_values", "count", Better::exact,
        "8-byte words that lay wrong in the memory of any GPU after this one wrote to all of them, "
        "and wrong ones of the sums that it read"},
};
constexpr const Metric& fabric = metrics[0];
constexpr const Metric& links = metrics[1];
constexpr const Metric& write_rate = metrics[2];
constexpr const Metric& read_rate = metrics[3];
constexpr const Metric& staged = metrics[4];
constexpr const Metric& both = metrics[5];
constexpr const Metric& both_write = metrics[6];
constexpr const Metric& tournament_rate = metrics[7];
constexpr const Metric& one_to_all = metrics[8];
constexpr const Metric& all_to_one = metrics[9];
constexpr const Metric& multicast_write = metrics[10];
constexpr const Metric& multicast_reduce = metrics[11];
constexpr const Metric& latency = metrics[12];
constexpr const Metric& errors = metrics[13];
constexpr const Metric& wrong_values = metrics[14];
constexpr const Metric& multicast_wrong_values = metrics[15];

constexpr ProbeOption size{
    "size",
    "Bytes of each buffer, in whole MiB; 0: 512 MiB, or four times the last cache if that is more",
    "0"};
constexpr ProbeOption full{"full",
                           "Reads, and writes by kernel, between all GPUs; else from each GPU to "
                           "the next one only",
                           "false"};
constexpr std::array options = {
    libcuda_option, libnvidia_ml_option, start_time_option, wait_limit_option, size, full};

constexpr Sampling alone_sampling{
    .precision = 0.005, .min_samples = 10, .max_samples = 60, .min_seconds = 0.1, .max_seconds = 2};
constexpr unsigned hops = 4096;
constexpr Sampling latency_sampling{.precision = 0.005,
                                    .min_samples = 10,
                                    .max_samples = 60,
                                    .min_seconds = 0.02,
                                    .max_seconds = 2};

/// A GPU with the bench that its cases share.
struct Worker {
  CudaGpu gpu;
  std::shared_ptr<SharedWorkbench> bench;
};

/// The same with something kept as long as it is needed.
Prepared keeping(Prepared prepared, std::shared_ptr<const void> kept) {
  prepared.once = [once = std::move(prepared.once), kept = std::move(kept)] { return once(); };
  return prepared;
}

std::string pair_name(const Worker& from, const Worker& to) {
  return from.gpu.subject + '>' + to.gpu.subject;
}

class Cases {
 public:
  Cases(Plan& plan, std::vector<Worker> workers, std::size_t bytes, std::string transport,
        bool compares, std::shared_ptr<LinkWatch> watch)
      : plan_(plan),
        workers_(std::move(workers)),
        bytes_(bytes),
        transport_(std::move(transport)),
        compares_(compares),
        watch_(std::move(watch)) {}

  const std::vector<Worker>& workers() const { return workers_; }

  void add_pair(const Metric& metric, std::size_t from, std::size_t to, Side side, Mover by) {
    const Test test = joint({transfer(from, to, side, by)}, {from, to});
    Work row = work(name(from, to), {{"by", by == Mover::engine ? "engine" : "kernel"}});
    Prepare prepare =
        watched(test, metric, row, {from, to}, [=] { return test.measurement->prepare_one(0); });
    if (compares_) {
      prepare = contrasted(std::move(prepare), bytes(), contrast_[is_far(from, to)]);
    }
    plan_.rate(metric, std::move(row), bytes(), 1e9, std::move(prepare), alone_sampling);
  }

  /// Of a near pair and of a far one, where there are both.
  void add_staged() {
    for (const bool far : {false, true}) {
      for (std::size_t to = 1; to < workers_.size(); ++to) {
        if (is_far(0, to) != far) continue;
        add_staged(0, to, contrast_[far]);
        break;
      }
    }
  }

  void add_both(std::size_t a, std::size_t b) {
    const Test test = joint({write(a, b), write(b, a)}, {a, b});
    add_all(test, both, work(name(a, b), {}), 2);
    add_one(test, both_write, {}, a, b, 0);
    add_one(test, both_write, {}, b, a, 1);
  }

  void add_round(const Pairing& pairs, std::size_t number) {
    std::vector<MakeTransfer> transfers;
    std::vector<std::size_t> gpus;
    for (const auto& [a, b] : pairs) {
      transfers.push_back(write(a, b));
      transfers.push_back(write(b, a));
      gpus.insert(gpus.end(), {a, b});
    }
    const Test test = joint(transfers, gpus);
    const Params params{{"round", std::to_string(number)}};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto [a, b] = pairs[i];
      add_one(test, tournament_rate, params, a, b, 2 * i);
      add_one(test, tournament_rate, params, b, a, 2 * i + 1);
    }
    add_all(test, tournament_rate, work("node", params), transfers.size());
  }

  void add_star(std::size_t center) {
    std::vector<MakeTransfer> out, in;
    for (std::size_t other = 0; other < workers_.size(); ++other) {
      if (other == center) continue;
      out.push_back(write(center, other));
      in.push_back(write(other, center));
    }
    const std::string& subject = workers_[center].gpu.subject;
    add_all(joint(out, everyone()), one_to_all, work(subject, {}), out.size());
    add_all(joint(in, everyone()), all_to_one, work(subject, {}), in.size());
  }

  /// `why_not`: empty if the machine is made for it.
  void add_multicast(const std::string& why_not) {
    if (!why_not.empty()) {
      for (const Metric* metric : {&multicast_write, &multicast_reduce, &multicast_wrong_values}) {
        plan_.skip(*metric, {}, why_not);
      }
      return;
    }
    std::vector<std::shared_ptr<SharedWorkbench>> benches;
    for (const Worker& worker : workers_) benches.push_back(worker.bench);
    const auto team = std::make_shared<SharedTeam>(benches, bytes_);
    const auto checks = std::make_shared<DataChecks>();
    const auto multicast = [&](std::size_t one, auto prepare) {
      return checks->watched(workers_[one].gpu.subject,
                             [=, copies = copies_, bench = workers_[one].bench, size = bytes_] {
                               const auto members = team->get();
                               const auto own = copies->buffer(bench->get(), size);
                               return keeping(prepare(members, one, own->memory->address()), own);
                             });
    };
    for (const auto& [metric, prepare] :
         {std::pair{&multicast_write, &prepare_multicast_write},
          std::pair{&multicast_reduce, &prepare_multicast_reduce}}) {
      for (const std::size_t one : everyone()) {
        Work row = work(workers_[one].gpu.subject, {});
        Prepare looked = watched({nullptr, looked_at(everyone()), {}}, *metric, row, everyone(),
                                 multicast(one, prepare));
        plan_.rate(*metric, std::move(row), bytes(), 1e9, std::move(looked), alone_sampling);
      }
    }
    for (const std::size_t one : everyone()) {
      const auto look = [write = multicast(one, &prepare_multicast_write),
                         reduce = multicast(one, &prepare_multicast_reduce)] {
        for (const Prepare& prepare : {write, reduce}) prepare().verify();
      };
      add_found(multicast_wrong_values, checks, workers_[one].gpu.subject, look);
    }
  }

  void add_latency(std::size_t from, std::size_t to) {
    const std::uint64_t chain_bytes = default_chain_bytes(workers_[to].gpu.device.l2_bytes);
    Work work{.subject = name(from, to), .bytes = chain_bytes, .transport = transport_};
    const auto walk = [=, copies = copies_, walker = workers_[from].bench,
                       owner = workers_[to].bench] {
      const auto bench = walker->get();
      const auto access = copies->access(bench, owner->get());
      return prepare_walk(bench, copies->chain(owner->get(), chain_bytes), hops, access);
    };
    Prepare prepare = watched({nullptr, looked_at({from, to}), {}}, latency, work, {from, to},
                              copies_->checks->watched(name(from, to), walk));
    plan_.latency(latency, std::move(work), hops, 1e9, std::move(prepare), latency_sampling);
  }

  /// Behind all that looks at data.
  void add_wrong_values(std::size_t from, std::size_t to) {
    const auto look = [stage = copies_->stage, transfers = std::vector{write(from, to)}] {
      stage->put(&transfers, transfers)->group.require(0);
    };
    add_found(wrong_values, copies_->checks, name(from, to), look);
  }

 private:
  /// Transfers that are timed together, and the links that they go through.
  struct Test {
    std::shared_ptr<JointMeasurement> measurement;
    std::shared_ptr<LinkTest> links;
    std::vector<std::size_t> gpus;
  };

  /// Whether two GPUs are near different parts of the host; what is not known is near.
  bool is_far(std::size_t one, std::size_t other) const {
    return workers_[one].gpu.numa_node != workers_[other].gpu.numa_node;
  }
  void add_staged(std::size_t from, std::size_t to, const std::shared_ptr<Contrast>& contrast) {
    contrast->pair = name(from, to);
    Work row = work(name(from, to), {});
    row.transport.clear();  // the driver's choice
    const auto copy = [copies = copies_, size = bytes_, source = workers_[from].bench,
                       destination = workers_[to].bench] {
      return prepare_staged(*copies, source->get(), destination->get(), size);
    };
    Prepare prepare = watched({nullptr, looked_at({from, to}), {}}, staged, row, {from, to},
                              copies_->checks->watched(name(from, to), copy));
    plan_.rate(staged, std::move(row), bytes(), 1e9, kept_as(std::move(prepare), bytes(), contrast),
               alone_sampling);
  }
  void add_found(const Metric& metric, const std::shared_ptr<DataChecks>& checks,
                 const std::string& whose, const DataChecks::Look& look) {
    plan_.fact(metric, {.subject = whose, .transport = transport_},
               [=] { return checks->found(whose, look); });
  }
  std::string name(std::size_t from, std::size_t to) const {
    return pair_name(workers_[from], workers_[to]);
  }
  std::vector<std::string> names(const std::vector<std::size_t>& gpus) const {
    std::vector<std::string> subjects;
    for (const std::size_t gpu : gpus) subjects.push_back(workers_[gpu].gpu.subject);
    return subjects;
  }
  std::vector<std::size_t> everyone() const {
    std::vector<std::size_t> all(workers_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  MakeTransfer transfer(std::size_t from, std::size_t to, Side side, Mover by) const {
    return [=, copies = copies_, source = workers_[from].bench, destination = workers_[to].bench,
            bytes = bytes_] {
      return copies->transfer(source->get(), destination->get(), side, by, bytes);
    };
  }
  MakeTransfer write(std::size_t from, std::size_t to) const {
    return transfer(from, to, Side::source, Mover::engine);
  }
  Test joint(std::vector<MakeTransfer> transfers, const std::vector<std::size_t>& gpus) const {
    return {std::make_shared<JointMeasurement>(copies_->stage, std::move(transfers)),
            looked_at(gpus), gpus};
  }
  std::shared_ptr<LinkTest> looked_at(const std::vector<std::size_t>& gpus) const {
    return std::make_shared<LinkTest>(watch_, names(gpus));
  }
  /// A row of a test, which says what the links of these GPUs went through.
  Prepare watched(const Test& test, const Metric& metric, const Work& row,
                  const std::vector<std::size_t>& gpus, Prepare prepare) const {
    return test.links->around(case_name(metric, row), names(gpus), std::move(prepare));
  }
  Work work(std::string subject, Params params) const {
    return {.subject = std::move(subject),
            .bytes = bytes_,
            .params = std::move(params),
            .transport = transport_};
  }
  double bytes() const { return static_cast<double>(bytes_); }

  void add_one(const Test& test, const Metric& metric, Params params, std::size_t from,
               std::size_t to, std::size_t transfer) {
    Work row = work(name(from, to), std::move(params));
    Prepare prepare = watched(test, metric, row, {from, to}, [=, joint = test.measurement] {
      return joint->prepare_one(transfer);
    });
    plan_.rate(metric, std::move(row), bytes(), 1e9, std::move(prepare),
               JointMeasurement::sampling);
  }
  void add_all(const Test& test, const Metric& metric, Work row, std::size_t transfers) {
    Prepare prepare = watched(test, metric, row, test.gpus,
                              [joint = test.measurement] { return joint->prepare_all(); });
    plan_.rate(metric, std::move(row), bytes() * static_cast<double>(transfers), 1e9,
               std::move(prepare), JointMeasurement::sampling);
  }

  Plan& plan_;
  std::vector<Worker> workers_;
  std::size_t bytes_;
  std::string transport_;
  bool compares_;  ///< with the way through the host
  std::shared_ptr<LinkWatch> watch_;
  std::shared_ptr<PeerCopies> copies_ = std::make_shared<PeerCopies>();
  /// Of near pairs, and of far ones.
  std::array<std::shared_ptr<Contrast>, 2> contrast_{std::make_shared<Contrast>(),
                                                     std::make_shared<Contrast>()};
};

std::size_t buffer_bytes(double asked, const std::vector<CudaGpu>& gpus) {
  constexpr std::size_t step = std::size_t{2} << 20, least = std::size_t{512} << 20;
  if (asked > 0) {
    constexpr std::size_t mebibyte = std::size_t{1} << 20;
    return std::max(mebibyte, static_cast<std::size_t>(asked) / mebibyte * mebibyte);
  }
  std::size_t bytes = least;
  for (const CudaGpu& gpu : gpus) {
    bytes = std::max(bytes, (4 * gpu.device.l2_bytes + step - 1) / step * step);
  }
  return bytes;
}

/// Pairs that the driver says cannot reach each other: each is a row, and what needs all of them is
/// left out with them.
bool plan_unreachable(Plan& plan, const CudaMachine& machine) {
  bool any = false;
  for (const CudaGpu& from : machine.gpus) {
    for (const CudaGpu& to : machine.gpus) {
      if (from.subject == to.subject) continue;
      int can = 0;
      machine.driver->call().can_access_peer(&can, from.device.number, to.device.number);
      if (can != 0) continue;
      any = true;
      plan.skip(write_rate, {.subject = from.subject + '>' + to.subject},
                fmt::format("{} cannot reach the memory of {}: nvidia-smi topo -p2p r says why",
                            from.subject, to.subject));
    }
  }
  return any;
}

void plan_transfers(Cases& cases, bool all_pairs, const std::string& why_no_multicast) {
  const std::size_t count = cases.workers().size();
  const auto each_pair = [&](auto&& add) {
    for (std::size_t from = 0; from < count; ++from) {
      for (std::size_t to = 0; to < count; ++to) {
        if (from != to) add(from, to);
      }
    }
  };
  cases.add_staged();  // first: access is granted later, and writes are compared with it
  each_pair([&](std::size_t from, std::size_t to) {
    cases.add_pair(write_rate, from, to, Side::source, Mover::engine);
  });
  each_pair([&](std::size_t from, std::size_t to) {
    if (!all_pairs && to != (from + 1) % count) return;
    cases.add_pair(write_rate, from, to, Side::source, Mover::kernel);
    cases.add_pair(read_rate, from, to, Side::destination, Mover::engine);
    cases.add_pair(read_rate, from, to, Side::destination, Mover::kernel);
  });
  each_pair([&](std::size_t a, std::size_t b) {
    if (a < b) cases.add_both(a, b);
  });
  if (count > 2) {
    std::size_t number = 0;
    for (const Pairing& pairs : tournament(count)) cases.add_round(pairs, number++);
    for (std::size_t center = 0; center < count; ++center) cases.add_star(center);
  }
  cases.add_multicast(why_no_multicast);
  // By owner: its chain is laid once.
  each_pair([&](std::size_t to, std::size_t from) { cases.add_latency(from, to); });
  each_pair([&](std::size_t from, std::size_t to) { cases.add_wrong_values(from, to); });
}

void plan(Plan& plan) {
  const double asked = number_option(plan, size);
  const CudaMachine machine = find_gpus(plan, number_option(plan, wait_limit_option));
  if (machine.gpus.size() < 2) {
    if (machine.absent.empty()) {
      plan.skip(write_rate, {}, "there is one GPU: nothing to link it with");
    }
    return plan_absent(plan, machine, metrics);
  }
  const auto watch = std::make_shared<LinkWatch>(open_monitor(plan), machine.gpus);
  plan.context("nvlink.counters", watch->extent());
  const bool linked = std::all_of(machine.gpus.begin(), machine.gpus.end(),
                                  [&](const CudaGpu& gpu) { return watch->has_links(gpu); });
  for (const CudaGpu& gpu : machine.gpus) {
    plan.fact(fabric, {.subject = gpu.subject}, [=] { return watch->fabric(gpu); });
    plan.fact(links, {.subject = gpu.subject}, [=] { return watch->links_up(gpu); });
  }
  if (!plan_unreachable(plan, machine)) {
    std::vector<Worker> workers;
    for (const CudaGpu& gpu : machine.gpus) {
      workers.push_back(
          {gpu, std::make_shared<SharedWorkbench>(machine.driver, gpu, transfer_code())});
    }
    // Between GPUs that have only PCIe the way through the host may well be as fast.
    const bool compares = linked || !watch->tells();
    Cases cases(plan, std::move(workers), buffer_bytes(asked, machine.gpus), linked ? "nvlink" : "",
                compares, watch);
    plan_transfers(cases, plan.flag(full.name), no_multicast(*machine.driver, machine.gpus));
  }
  for (const CudaGpu& gpu : machine.gpus) {
    plan.fact(errors, {.subject = gpu.subject}, [=] { return watch->errors(gpu); });
  }
  plan_absent(plan, machine, metrics);
}

}  // namespace
}  // namespace plumbline::nvlink

int main(int argc, char** argv) {
  using namespace plumbline::nvlink;
  return plumbline::run_probe(
      {"nvlink",
       "How fast the GPUs of a node exchange data, alone and all at once, and how faithfully",
       metrics, options, plan},
      argc, argv);
}
