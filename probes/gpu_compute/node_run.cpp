#include "probes/gpu_compute/node_run.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "probes/harness/skip.h"

namespace plumbline::gpu_compute {
namespace {

constexpr std::size_t most_algorithms = 8;
/// Under load before algorithms are compared, so that the clock has fallen to what lasts.
constexpr double settle_s = 0.2;
constexpr double trial_s = 0.02;
constexpr double window_s = 0.2;
/// Of a window; two are queued. A stream takes some 1000 launches, then the next one waits, and the
/// host with it, which serves the other GPUs too.
constexpr std::size_t most_products = 128;
/// Between looks at results and conditions.
constexpr double between_looks_s = 1;
/// Between looks at the GPUs: short beside a window, of which one more is always queued.
constexpr double nap_s = 0.005;
constexpr double tera = 1e12;

/// Sleeps, to the end whatever signals come.
void rest(double seconds) {
  timespec left{static_cast<time_t>(seconds),
                static_cast<long>((seconds - std::floor(seconds)) * 1e9)};
  while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

std::size_t count_for(double seconds, double seconds_of_one) {
  return static_cast<std::size_t>(std::clamp(std::ceil(seconds / seconds_of_one), 1.0, 1e6));
}

std::vector<std::size_t> all_sets() {
  std::vector<std::size_t> sets;
  for (std::size_t set = 0; set < Bench::sets; ++set) sets.push_back(set);
  return sets;
}

std::vector<std::uint64_t> hashes_of(Bench& bench) {
  bench.queue(Bench::sets);
  for (const std::size_t set : all_sets()) bench.queue_hash(set);
  return bench.take_hashes();
}

std::vector<GpuWatch::Look> since(double began, std::vector<GpuWatch::Look> looks) {
  for (GpuWatch::Look& look : looks) look.at -= began;
  return looks;
}

/// The windows of one GPU: one is queued beyond the one that runs, so that the GPU never waits for
/// the host.
class Windows {
 public:
  Windows(Bench& bench, double seconds_of_one)
      : bench_(bench), products_(std::min(count_for(window_s, seconds_of_one), most_products)) {
    if (static_cast<double>(products_) * seconds_of_one > window_s && products_ > 1) --products_;
    for (std::size_t i = 0; i < ring; ++i) events_.emplace_back(bench.workbench().context);
    events_[0].record(bench_.workbench().stream);
  }

  double planned_s(double seconds_of_one) const {
    return static_cast<double>(products_) * seconds_of_one;
  }

  /// Results are hashed after every so many; said before the first is queued.
  void look_every(std::size_t windows) { between_looks_ = windows; }
  std::size_t between_looks() const { return between_looks_; }
  /// How often it was halfway between two hashes when so many were done: a hash lets the clock
  /// rise.
  std::size_t halfways(std::size_t done) const {
    return (done + between_looks_ - between_looks_ / 2) / between_looks_;
  }

  /// Queues the next; returns the set whose result was hashed at its end.
  std::optional<std::size_t> queue() {
    bench_.queue(products_);
    std::optional<std::size_t> hashed;
    if (++queued_ % between_looks_ == 0) {
      hashed = queued_ / between_looks_ % Bench::sets;
      bench_.queue_hash(*hashed);
    }
    events_[queued_ % ring].record(bench_.workbench().stream);
    return hashed;
  }

  bool full() const { return queued_ - taken_ >= ring - 1; }
  bool empty() const { return queued_ == taken_; }
  /// The oldest is done.
  bool ready() const { return !empty() && events_[(taken_ + 1) % ring].done(); }

  /// Seconds of the oldest, which is ready.
  double take() {
    const cuda::Event& from = events_[taken_ % ring];
    const cuda::Event& to = events_[++taken_ % ring];
    return to.seconds_since(from);
  }
  double tflops(double seconds) const {
    return static_cast<double>(products_) * bench_.gemm().operations() / seconds / tera;
  }

 private:
  static constexpr std::size_t ring = 3;

  Bench& bench_;
  std::size_t products_;
  std::deque<cuda::Event> events_;
  std::size_t between_looks_ = 1;
  std::size_t queued_ = 0, taken_ = 0;
};

}  // namespace

std::optional<std::uint64_t> majority(const std::vector<std::uint64_t>& hashes) {
  std::map<std::uint64_t, std::size_t> votes;
  for (const std::uint64_t hash : hashes) ++votes[hash];
  for (const auto& [hash, count] : votes) {
    if (2 * count > hashes.size()) return hash;
  }
  return std::nullopt;
}

NodeRun::NodeRun(std::vector<GpuSeat> seats, const cublaslt::Library& library,
                 const Precision& precision, std::size_t edge, const Times& times, Monitor monitor)
    : times_(times), monitor_(std::move(monitor)), benches_(seats.size()), results_(seats.size()) {
  for (std::size_t gpu = 0; gpu < seats.size(); ++gpu) {
    results_[gpu].subject = seats[gpu].subject;
    pci_addresses_.push_back(seats[gpu].pci_address);
  }
  each([&](std::size_t gpu) {
    benches_[gpu] = std::make_unique<Bench>(seats[gpu].workbench->get(), library, precision, edge);
    benches_[gpu]->fill(Contents::random);
  });
  choose_algorithm(library);
  each([&](std::size_t gpu) {
    const std::vector<std::uint64_t> hashes = hashes_of(*benches_[gpu]);
    std::copy(hashes.begin(), hashes.end(), results_[gpu].hashes.begin());
  });
}

void NodeRun::each(const std::function<void(std::size_t gpu)>& work) {
  for (std::size_t gpu = 0; gpu < results_.size(); ++gpu) {
    if (results_[gpu].error) continue;
    try {
      work(gpu);
    } catch (...) {
      results_[gpu].error = std::current_exception();
      benches_[gpu].reset();
    }
  }
}

void NodeRun::choose_algorithm(const cublaslt::Library& library) {
  std::optional<cublaslt::Algorithm> chosen;
  each([&](std::size_t gpu) {
    if (chosen) {
      benches_[gpu]->use(*chosen);
      return;
    }
    Bench& bench = *benches_[gpu];
    const std::vector<cublaslt::Algorithm> algorithms = bench.algorithms(most_algorithms);
    struct Trial {
      double seconds;
      bool same_twice;
    };
    std::vector<Trial> trials;
    bench.use(algorithms.front());
    bench.queue(Bench::sets);  // loads the library's code
    bench.seconds(count_for(settle_s, bench.seconds(1)));
    for (const cublaslt::Algorithm& algorithm : algorithms) {
      bench.use(algorithm);
      const std::vector<std::uint64_t> first = hashes_of(bench), second = hashes_of(bench);
      const std::size_t count = count_for(trial_s, bench.seconds(1));
      trials.push_back({bench.seconds(count) / static_cast<double>(count), first == second});
    }
    reproducible_ = std::any_of(trials.begin(), trials.end(),
                                [](const Trial& trial) { return trial.same_twice; });
    std::size_t best = algorithms.size();
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (reproducible_ && !trials[i].same_twice) continue;
      if (best == algorithms.size() || trials[i].seconds < trials[best].seconds) best = i;
    }
    chosen = algorithms[best];
    seconds_of_one_ = trials[best].seconds;
    algorithm_ = fmt::format("{}: number {} of {}; cuBLASLt {}", bench.gemm().describe(*chosen),
                             best + 1, algorithms.size(), library.version());
    bench.use(*chosen);
  });
}

void NodeRun::compare(std::size_t gpu, const std::vector<std::size_t>& sets) {
  GpuResult& result = results_[gpu];
  const std::vector<std::uint64_t> found = benches_[gpu]->take_hashes();
  for (std::size_t i = 0; i < found.size(); ++i) {
    ++result.hashed;
    if (found[i] != result.hashes[sets[i]]) ++result.changed;
  }
}

void NodeRun::look_again(std::size_t gpu) {
  for (const std::size_t set : all_sets()) benches_[gpu]->queue_hash(set);
  compare(gpu, all_sets());
}

void NodeRun::run_bursts(std::vector<double> GpuResult::*into) {
  const std::size_t count = count_for(times_.burst_s, seconds_of_one_);
  for (std::size_t burst = 0; burst < times_.bursts; ++burst) {
    rest(times_.idle_s);
    each([&](std::size_t gpu) {
      Bench& bench = *benches_[gpu];
      const double operations = static_cast<double>(count) * bench.gemm().operations();
      (results_[gpu].*into).push_back(operations / bench.seconds(count) / tera);
    });
  }
}

void NodeRun::burst() {
  if (std::exchange(burst_done_, true)) return;
  run_bursts(&GpuResult::bursts);
  each([&](std::size_t gpu) { look_again(gpu); });
}

void NodeRun::zeros() {
  if (std::exchange(zeros_done_, true)) return;
  each([&](std::size_t gpu) { benches_[gpu]->fill(Contents::zeros); });
  run_bursts(&GpuResult::zeros);
  each([&](std::size_t gpu) { benches_[gpu]->fill(Contents::random); });
}

void NodeRun::sustain() {
  if (std::exchange(sustain_done_, true)) return;
  struct Lane {
    std::optional<Windows> windows;
    std::vector<std::size_t> looks;  ///< sets whose hash is under way
    std::size_t all = 0, left = 0;
    std::optional<GpuWatch> watch;
    bool counts = false;       ///< the second half has begun for the watch
    std::size_t halfways = 0;  ///< between hashes, at its last look
    std::chrono::steady_clock::time_point moved = std::chrono::steady_clock::now();
  };
  std::vector<Lane> lanes(results_.size());
  const double began = monotonic_seconds();
  each([&](std::size_t gpu) {
    lanes[gpu].windows.emplace(*benches_[gpu], seconds_of_one_);
    Lane& lane = lanes[gpu];
    lane.all = count_for(times_.sustain_s, lane.windows->planned_s(seconds_of_one_));
    lane.left = lane.all;
    const double planned_s = lane.windows->planned_s(seconds_of_one_);
    lane.windows->look_every(std::max<std::size_t>(count_for(between_looks_s, planned_s),
                                                   lane.all / Bench::most_hashes + 1));
  });
  // A thread of the host serves all GPUs and waits for none of them: a slow one must not hold up
  // the others.
  for (bool any = true; any;) {
    any = false;
    bool has_looked = false;  // at one GPU in a turn: while NVML answers, nothing is queued
    each([&](std::size_t gpu) {
      Lane& lane = lanes[gpu];
      while (lane.windows->ready()) {
        const double seconds = lane.windows->take();
        results_[gpu].windows.push_back(lane.windows->tflops(seconds));
        results_[gpu].window_s.push_back(seconds);
        lane.moved = std::chrono::steady_clock::now();
      }
      if (!lane.windows->empty()) benches_[gpu]->workbench().context.end_hang(lane.moved);
      for (; lane.left > 0 && !lane.windows->full(); --lane.left) {
        if (const auto set = lane.windows->queue()) lane.looks.push_back(*set);
      }
      any = any || !lane.windows->empty();
      const std::size_t done = results_[gpu].windows.size();
      const std::size_t halfways = lane.windows->halfways(done);
      // While the last window runs: afterwards the GPU rests already.
      if (lane.counts && !results_[gpu].conditions && done + 1 >= lane.all) {
        results_[gpu].conditions = lane.watch->finish();
        results_[gpu].looks = since(began, lane.watch->looks());
      }
      if (has_looked || results_[gpu].conditions) return;
      const bool second_half =
          halfways > lane.windows->halfways(lane.all / 2) ||
          (done >= lane.all / 2 && done + lane.windows->between_looks() >= lane.all);
      const bool begins = second_half && !lane.counts;
      if (!begins && halfways <= lane.halfways) return;
      if (!lane.watch) {
        lane.watch.emplace(monitor_, pci_addresses_[gpu]);
      } else if (begins) {
        lane.watch->begin();
      } else {
        lane.watch->look();
      }
      lane.counts = second_half;
      lane.halfways = halfways;
      has_looked = true;
    });
    if (any) rest(nap_s);
  }
  each([&](std::size_t gpu) { compare(gpu, lanes[gpu].looks); });
}

void NodeRun::spot_check() {
  if (std::exchange(spot_done_, true)) return;
  each([&](std::size_t gpu) {
    // The product that is looked at is the last one.
    benches_[gpu]->queue(Bench::sets);
    results_[gpu].spot_check = benches_[gpu]->spot_check(0);
    look_again(gpu);
  });
}

}  // namespace plumbline::gpu_compute
