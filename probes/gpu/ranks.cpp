#include "probes/gpu/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

namespace plumbline {
namespace {

using Seconds = std::chrono::duration<double>;

/// How often a wait looks for an error that another process caused.
constexpr Seconds look_interval{0.1};
/// How long two ranks may take to say a word to each other, communicator included.
constexpr double pair_patience_s = 10;

/// Aborts communicators from a thread of its own if it still lives after some time, or as soon as
/// NCCL says that something failed: the owner is then blocked in the driver, and only that frees
/// it.
class Watchdog {
 public:
  Watchdog(nccl::Communicators& communicators, double patience_s)
      : communicators_(communicators), patience_(patience_s), thread_([this] { watch(); }) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() { stop(); }

  /// Ends it; true if it had to abort for want of time.
  bool stop() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    return timed_out_;
  }
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    const auto begin = std::chrono::steady_clock::now();
    while (!changed_.wait_for(lock, std::min(look_interval, patience_), [&] { return over_; })) {
      try {
        communicators_.check();
      } catch (const std::exception& error) {
        failure_ = error.what();
        return communicators_.abort();
      }
      if (std::chrono::steady_clock::now() - begin >= patience_) {
        timed_out_ = true;
        return communicators_.abort();
      }
    }
  }

  nccl::Communicators& communicators_;
  Seconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  bool timed_out_ = false;
  std::optional<std::string> failure_;
  std::thread thread_;  // last: it uses the others
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

NcclMachine find_nccl(Plan& plan, const CudaMachine& machine) {
  NcclMachine found;
  const std::string& nvls = plan.option(nvls_option.name);
  if (nvls != "on" && nvls != "off") {
    throw std::invalid_argument(fmt::format("--nvls: found \"{}\", expected on or off", nvls));
  }
  found.nvls = nvls == "on";
  found.patience_s = number_option(plan, patience_option);
  for (const nccl::Setting& setting : nccl::scrub_environment()) {
    plan.context("env." + setting.name,
                 fmt::format("{}{}({})", setting.value, setting.value.empty() ? "" : " ",
                             setting.kept ? "kept" : "taken away"));
  }
  for (const std::string& file : nccl::configuration_files()) {
    plan.context("nccl.configuration", file + " (read by NCCL too)");
  }
  if (machine.driver == nullptr) {
    found.reason = "the driver cannot be used";
    return found;
  }
  if (!found.nvls) ::setenv("NCCL_NVLS_ENABLE", "0", 1);
  found.log = std::make_shared<const nccl::Log>();
  try {
    found.library = std::make_shared<const nccl::Library>(plan.option(libnccl_option.name));
    plan.context("nccl.library", found.library->library().path());
    plan.context("nccl.version", nccl::version_text(found.library->version()));
  } catch (const nccl::Unavailable& unavailable) {
    found.reason = unavailable.what();
  }
  return found;
}

std::optional<NoRanks> why_no_ranks(const CudaMachine& machine, const NcclMachine& nccl) {
  if (machine.driver == nullptr) {
    const AbsentGpu& first = machine.absent.front();  // the reason is the same for each
    return NoRanks{first.reason, first.is_failure};
  }
  std::vector<std::string> reasons;
  for (const AbsentGpu& absent : machine.absent) reasons.push_back(absent.reason);
  if (!reasons.empty()) {
    return NoRanks{"fewer GPUs would be measured than the node has: " + joined(reasons), true};
  }
  if (machine.gpus.size() < 2) return NoRanks{"there is one GPU, and nobody to exchange with"};
  if (nccl.library == nullptr) return NoRanks{nccl.reason};
  return std::nullopt;
}

World one_process(std::size_t gpus) {
  return {static_cast<int>(gpus), 0, [](const nccl::Library& library) {
            nccl::UniqueId id{};
            library.call().unique_id(&id);
            return id;
          }};
}

Ranks::Ranks(const CudaMachine& machine, const NcclMachine& nccl, World world,
             std::span<const std::byte> device_code)
    : nccl_(nccl), world_(std::move(world)) {
  std::vector<nccl::LocalRank> local;
  for (const CudaGpu& gpu : machine.gpus) {
    try {
      benches_.push_back(std::make_unique<const Workbench>(machine.driver, gpu, device_code));
    } catch (const VendorError& error) {
      throw std::runtime_error(gpu.subject + ": " + error.what());
    }
    local.push_back({rank(benches_.size() - 1), &benches_.back()->context});
  }
  const std::size_t said_before = nccl_.log->bytes();
  try {
    communicators_ = std::make_unique<nccl::Communicators>(
        *nccl_.library, world_.id(*nccl_.library), world_.size, local, nccl_.patience_s);
  } catch (const nccl::TimedOut& late) {
    throw RanksStuck(
        fmt::format("not all {} ranks came together within {} s", world_.size, nccl_.patience_s),
        true);
  }
  multicast_ranks_ = nccl::multicast_ranks(nccl_.log->text(said_before));
}

void Ranks::wait(const std::string& what) const {
  Watchdog watchdog(*communicators_, nccl_.patience_s);
  std::exception_ptr failure;
  for (const auto& bench : benches_) {
    try {
      bench->stream.synchronize();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  const bool timed_out = watchdog.stop();
  if (watchdog.failure()) throw std::runtime_error(what + ": " + *watchdog.failure());
  if (timed_out) {
    const Diagnosis diagnosis = diagnose();
    throw RanksStuck(
        fmt::format("{} was not done within {} s: {}", what, nccl_.patience_s, diagnosis.text),
        diagnosis.names_someone);
  }
  if (failure) std::rethrow_exception(failure);
}

bool Ranks::exchanges(std::size_t a, std::size_t b) const {
  constexpr std::size_t bytes = 8;
  try {
    const double patience_s = std::min(pair_patience_s, nccl_.patience_s);
    const nccl::LocalRank two[] = {{0, &benches_[a]->context}, {1, &benches_[b]->context}};
    const cuda::DeviceMemory from_a(benches_[a]->context, 2 * bytes);
    const cuda::DeviceMemory from_b(benches_[b]->context, 2 * bytes);
    nccl::UniqueId id{};
    library().call().unique_id(&id);
    nccl::Communicators pair(library(), id, 2, two, patience_s);
    const auto talk = [&](int rank, const Workbench& bench, const cuda::DeviceMemory& memory) {
      const auto* from = reinterpret_cast<const void*>(memory.address());
      auto* to = reinterpret_cast<void*>(memory.address() + bytes);
      const auto index = static_cast<std::size_t>(rank);
      library().call().send(from, bytes, nccl::DataType::uint8, 1 - rank, pair.handle(index),
                            bench.stream.handle());
      library().call().receive(to, bytes, nccl::DataType::uint8, 1 - rank, pair.handle(index),
                               bench.stream.handle());
    };
    pair.group([&] {
      talk(0, *benches_[a], from_a);
      talk(1, *benches_[b], from_b);
    });
    Watchdog watchdog(pair, patience_s);
    benches_[a]->stream.synchronize();
    benches_[b]->stream.synchronize();
    return !watchdog.stop() && !watchdog.failure();
  } catch (const std::exception&) {
    return false;
  }
}

Ranks::Diagnosis Ranks::diagnose() const {
  // Pairs first; then each of a pair that failed with one of a pair that did not.
  std::vector<std::size_t> good, suspect;
  for (std::size_t i = 0; i + 1 < local(); i += 2) {
    auto& list = exchanges(i, i + 1) ? good : suspect;
    list.push_back(i);
    list.push_back(i + 1);
  }
  if (local() % 2 != 0) suspect.push_back(local() - 1);
  std::vector<std::string> guilty;
  for (const std::size_t i : suspect) {
    if (!good.empty() && !exchanges(i, good.front())) guilty.push_back(benches_[i]->gpu.subject);
  }
  if (!guilty.empty()) {
    return {fmt::format("{} did not come, and cannot exchange even 8 bytes with another GPU, which "
                        "the others can",
                        joined(guilty)),
            true};
  }
  if (good.empty()) return {"no two of its GPUs can exchange even 8 bytes", true};
  return {"any two of its GPUs can exchange 8 bytes, so none stands out", false};
}

std::shared_ptr<const Ranks> SharedRanks::get() {
  if (!made_ || !made_->usable()) {
    made_.reset();  // first what was, then what is new
    made_ = std::make_shared<const Ranks>(machine_, nccl_, one_process(machine_.gpus.size()),
                                          device_code_);
  }
  return made_;
}

}  // namespace plumbline
