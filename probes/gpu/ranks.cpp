#include "probes/gpu/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "probes/vendor/spin_pause.h"

namespace plumbline {
namespace {

using Seconds = std::chrono::duration<double>;

/// After how many looks at the GPU that it waits for a wait looks at all of them and at what NCCL
/// says: about every millisecond. Not by the clock, so that a simulation repeats.
constexpr int looks_between = 1024;
constexpr auto watch_interval = std::chrono::milliseconds(1);
/// How long two ranks may take to say a word to each other, communicator included.
constexpr double pair_patience_s = 10;
/// What was aborted has left the GPUs after this, or never will.
constexpr Seconds leave_limit{0.5};
/// Single GPUs are waited for so much longer than all together, who then know who is to blame.
constexpr double wait_margin_s = 30;

/// Whether all that was queued is done; a failure names the GPU.
bool is_done(const Workbench& bench) {
  try {
    return bench.stream.done();
  } catch (const VendorError& error) {
    throw std::runtime_error(bench.gpu.subject + ": " + error.what());
  }
}

/// Waits until all of them are done; false if that takes longer than the patience. Throws what goes
/// wrong on any of them, or in NCCL, as soon as it is seen: the others may wait for that one. Then
/// `watch`, which costs the GPUs nothing, is asked by the clock: a look may take long.
bool are_done(std::span<const Workbench* const> benches, const nccl::Communicators& communicators,
              double patience_s, const std::function<void()>& watch = {}) {
  const auto begin = std::chrono::steady_clock::now();
  auto watched = begin;
  int looks = 0;
  SpinPause pause;
  for (auto bench = benches.begin(); bench != benches.end();) {
    if (is_done(**bench)) {
      ++bench;
      continue;
    }
    pause();
    if (watch) {
      const auto now = std::chrono::steady_clock::now();
      if (now - watched >= watch_interval) {
        watch();
        watched = now;
        if (now - begin >= Seconds(patience_s)) return false;
      }
    }
    if (++looks % looks_between != 0) continue;
    for (const Workbench* any : benches) is_done(*any);
    communicators.check();
    if (std::chrono::steady_clock::now() - begin >= Seconds(patience_s)) return false;
  }
  return true;
}

/// Whether a GPU comes to an end of what was queued, now that the others wait no more for it.
bool leaves(const Workbench& bench) {
  const auto begin = std::chrono::steady_clock::now();
  for (SpinPause pause; !is_done(bench); pause()) {
    if (std::chrono::steady_clock::now() - begin >= leave_limit) return false;
  }
  return true;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

double wait_limit_beside(const Plan& plan) {
  return number_option(plan, patience_option) + wait_margin_s;
}

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

std::optional<NoRanks> why_no_ranks(const CudaMachine& machine, const NcclMachine& nccl,
                                    bool with_other_nodes) {
  if (machine.driver == nullptr) {
    const AbsentGpu& first = machine.absent.front();  // the reason is the same for each
    return NoRanks{first.reason, first.is_failure};
  }
  std::vector<std::string> reasons;
  for (const AbsentGpu& absent : machine.absent) reasons.push_back(absent.reason);
  if (!reasons.empty()) {
    return NoRanks{"fewer GPUs would be measured than the node has: " + joined(reasons), true};
  }
  if (machine.gpus.size() < 2 && !with_other_nodes)
    return NoRanks{"there is one GPU, and nobody to exchange with"};
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
    communicators_ =
        std::make_unique<nccl::Communicators>(*nccl_.library, world_.id(*nccl_.library),
                                              world_.size, local, nccl_.patience_s, world_.watch);
  } catch (const nccl::TimedOut& late) {
    throw RanksStuck(
        fmt::format("not all {} ranks came together within {} s", world_.size, nccl_.patience_s),
        true);
  }
  const std::string said = nccl_.log->text(said_before);
  multicast_ranks_ = nccl::multicast_ranks(said);
  network_ = nccl::network(said);
}

void Ranks::group(const std::string& what, const std::function<void()>& calls) const {
  try {
    communicators_->group(calls);
  } catch (const nccl::TimedOut&) {
    give_up(what);
  } catch (const VendorError& error) {
    // It does not say which GPU failed, nor how; that one does.
    try {
      for (const auto& bench : benches_) is_done(*bench);
    } catch (const std::exception& of_gpu) {
      fail(what, of_gpu);
    }
    fail(what, error);
  }
}

void Ranks::fail(const std::string& what, const std::exception& error) const {
  abandon();
  throw std::runtime_error(what + ": " + error.what());
}

void Ranks::wait(const std::string& what) const {
  std::vector<const Workbench*> all;
  for (const auto& bench : benches_) all.push_back(bench.get());
  bool done = false;
  try {
    done = are_done(all, *communicators_, nccl_.patience_s, world_.watch);
  } catch (const Interrupted&) {
    abandon();
    throw;
  } catch (const std::exception& error) {
    fail(what, error);
  }
  if (!done) give_up(what);
}

void Ranks::give_up(const std::string& what) const {
  const std::string late = fmt::format("{} was not done within {} s", what, nccl_.patience_s);
  communicators_->abort();
  // Whoever has the other ranks asks all of them.
  if (size() != static_cast<int>(local())) throw RanksStuck(late, false);
  const Diagnosis diagnosis = diagnose();
  throw RanksStuck(late + (diagnosis.ended ? ": " : ", and ") + diagnosis.text,
                   diagnosis.names_someone);
}

void Ranks::abandon() const {
  communicators_->abort();
  communicators_->give_contexts_up();
}

std::vector<std::string> Ranks::hung() const {
  std::vector<std::string> found;
  for (const auto& bench : benches_) {
    if (bench->context.is_given_up() || leaves(*bench)) continue;
    found.push_back(bench->gpu.subject);
    bench->context.give_up(bench->gpu.subject + ": hangs and is lost to this process");
  }
  return found;
}

Ranks::Diagnosis Ranks::diagnose() const {
  const bool ended = communicators_->abort();
  const std::vector<std::string> hanging = hung();
  communicators_->give_contexts_up();
  if (!hanging.empty()) {
    return {fmt::format("could not be ended by force: {} {}", joined(hanging),
                        hanging.size() == 1 ? "hangs" : "hang"),
            true, false};
  }
  if (!ended) return {"NCCL could not be ended by force", true, false};
  return compare_pairs();
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
    const Workbench* both[] = {benches_[a].get(), benches_[b].get()};
    if (are_done(both, pair, patience_s)) return true;
    pair.abort();
    return false;
  } catch (const std::exception&) {
    return false;
  }
}

Ranks::Diagnosis Ranks::compare_pairs() const {
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
    // Not with one that was lost on the way.
    const auto other = std::find_if(good.begin(), good.end(), [&](std::size_t index) {
      return !benches_[index]->context.is_given_up();
    });
    if (other != good.end() && !exchanges(i, *other)) guilty.push_back(benches_[i]->gpu.subject);
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
