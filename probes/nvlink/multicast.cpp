#include "probes/nvlink/multicast.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <stdexcept>
#include <thread>

#include "probes/gpu/check_report.h"
#include "probes/gpu/pieces.h"
#include "probes/gpu/places.h"
#include "probes/harness/data_checks.h"
#include "probes/harness/skip.h"
#include "probes/vendor/vendor_error.h"

extern "C" const std::byte plumbline_multicast_device_code[];
extern "C" const std::byte plumbline_multicast_device_code_end[];

namespace plumbline::nvlink {
namespace {

constexpr std::size_t element_bytes = 16;
constexpr double sample_seconds = 0.02;
constexpr double most_rounds = 16;

/// The fabric manager may stall for some seconds, and the driver says meanwhile that it is not
/// ready.
constexpr unsigned tries = 4;
constexpr std::chrono::seconds pause(4);

std::span<const std::byte> device_code() {
  return {plumbline_multicast_device_code, plumbline_multicast_device_code_end};
}

bool says(const VendorError& error, cuda::Status status) {
  return error.code() == static_cast<int>(status);
}

std::size_t round_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

/// How often something is done for one sample.
unsigned rounds_for(double seconds_of_one) {
  return static_cast<unsigned>(
      std::clamp(std::ceil(sample_seconds / seconds_of_one), 1.0, most_rounds));
}

std::string note_of(const MulticastTeam& team, unsigned rounds) {
  return fmt::format("{} GPUs, {} rounds per sample, timed by the GPU's events",
                     team.members().size(), rounds);
}

/// A kernel that one member runs again and again.
class Repeated {
 public:
  Repeated(std::shared_ptr<MulticastTeam> team, std::size_t one, const char* kernel,
           cuda::DeviceAddress to, cuda::DeviceAddress from)
      : team_(std::move(team)),
        member_(team_->members()[one]),
        kernel_(member_.code->kernel(kernel)),
        to_(to),
        from_(from) {}

  MulticastTeam& team() const { return *team_; }
  const Workbench& bench() const { return *member_.bench; }
  const MulticastTeam::Member& member() const { return member_; }
  std::size_t elements() const { return team_->bytes() / element_bytes; }

  unsigned rounds() const { return rounds_; }
  /// Of one round, over as many as a sample has.
  double seconds() const {
    return bench().timed([&] {
      for (unsigned round = 0; round < rounds_; ++round) {
        kernel_.launch(bench().stream, bench().grid(), to_, from_, elements());
      }
    }) / rounds_;
  }

  /// Does it once for the result, and once for the time: a sample has as many rounds as that asks
  /// for. `poison` makes the result wrong before each.
  template <class Poison, class Verify>
  void warm_up(const Poison& poison, const Verify& verify) {
    poison();
    seconds();
    verify();
    poison();
    rounds_ = rounds_for(seconds());
  }

 private:
  std::shared_ptr<MulticastTeam> team_;
  const MulticastTeam::Member& member_;
  cuda::Kernel kernel_;
  cuda::DeviceAddress to_, from_;
  unsigned rounds_ = 1;
};

/// What one member writes, looked at in the memory of each.
class Write {
 public:
  Write(const std::shared_ptr<MulticastTeam>& team, std::size_t one, cuda::DeviceAddress source)
      : work_(team, one, "multicast_places", team->address(), source),
        seed_(place_seed(work_.bench().gpu.subject + " by multicast")) {
    team->overwritten();
    fill_places(work_.bench(), source, team->bytes(), seed_);
    for (const auto& member : team->members()) {
      arrived_.push_back(std::make_unique<PlaceCheck>(
          member.bench, member.mapping->address(), team->bytes(),
          fmt::format("{} by multicast to {}", work_.bench().gpu.subject,
                      member.bench->gpu.subject)));
    }
    work_.warm_up([this] { poison(); }, [this] { verify(); });
  }

  const Repeated& work() const { return work_; }

  void verify() {
    for (std::size_t i = 0; i < arrived_.size(); ++i) arrived_[i]->check(seed_, seed_before(i));
  }

 private:
  static unsigned long long seed_before(std::size_t member) {
    return place_seed(fmt::format("before multicast, {}", member));
  }
  void poison() const {
    const auto& members = work_.team().members();
    for (std::size_t i = 0; i < members.size(); ++i) {
      fill_places(*members[i].bench, members[i].mapping->address(), work_.team().bytes(),
                  seed_before(i));
    }
  }

  Repeated work_;
  unsigned long long seed_;
  std::vector<std::unique_ptr<PlaceCheck>> arrived_;
};

/// What one member reads as the sum of all.
class Reduce {
 public:
  Reduce(const std::shared_ptr<MulticastTeam>& team, std::size_t one, cuda::DeviceAddress result)
      : work_(team, one, "sum_numbers", result, team->address()),
        result_(result),
        report_(work_.bench()) {
    team->lay_numbers();
    work_.warm_up([this] { poison(); }, [this] { verify(); });
  }

  const Repeated& work() const { return work_; }

  void verify() {
    const Workbench& bench = work_.bench();
    work_.member()
        .code->kernel("check_sums")
        .launch(bench.stream, bench.grid(), result_,
                static_cast<unsigned>(work_.team().members().size()), 0U, report_.clear(),
                work_.elements());
    const auto [count, place] = report_.take();
    if (count != 0) throw wrong(count, place);
  }

 private:
  void poison() const {
    fill_places(work_.bench(), result_, work_.team().bytes(), place_seed("before a sum"));
  }

  WrongData wrong(unsigned long long count, unsigned long long place) {
    constexpr std::size_t floats = element_bytes / sizeof(float);
    const float found =
        report_.look_at<float>(result_ + place / floats * element_bytes)[place % floats];
    const auto& members = work_.team().members();
    float expected = 0;
    std::string without;
    for (unsigned rank = 0; rank < members.size(); ++rank) {
      expected += piece_value(place, piece_seed(rank, 0));
    }
    for (unsigned rank = 0; rank < members.size(); ++rank) {
      if (found != expected - piece_value(place, piece_seed(rank, 0))) continue;
      without += fmt::format("{}{}", without.empty() ? ", the sum without " : " or ",
                             members[rank].bench->gpu.subject);
    }
    return {fmt::format("{}: {} of {} sums of the memory of {} GPUs are wrong, the first at float "
                        "{}: found {:g}, expected {:g}{}",
                        work_.bench().gpu.subject, count, floats * work_.elements(), members.size(),
                        place, found, expected, without),
            count};
  }

  Repeated work_;
  cuda::DeviceAddress result_;
  CheckReport report_;
};

template <class Work>
Prepared prepare(const std::shared_ptr<MulticastTeam>& team, std::size_t one,
                 cuda::DeviceAddress memory) {
  const auto work = std::make_shared<Work>(team, one, memory);
  Prepared prepared;
  prepared.once = [work] { return work->work().seconds(); };
  prepared.verify = [work] { work->verify(); };
  prepared.note = note_of(*team, work->work().rounds());
  return prepared;
}

}  // namespace

std::string no_multicast(const cuda::Driver& driver, const std::vector<CudaGpu>& gpus) {
  if (const char* missing = cuda::MulticastObject::missing_function(driver.call())) {
    return fmt::format("{} supports CUDA {} and lacks {}: multicast needs a driver of CUDA 12.1",
                       driver.library().path(), cuda::version_text(driver.version()), missing);
  }
  std::string names;
  for (const CudaGpu& gpu : gpus) {
    if (!gpu.device.multicast) names += (names.empty() ? "" : ", ") + gpu.subject;
  }
  if (names.empty()) return "";
  return fmt::format(
      "the driver says that these have no multicast: {}. It needs GPUs of compute capability 9.0 "
      "on NVSwitch of the third generation, all of them given to this machine",
      names);
}

MulticastTeam::MulticastTeam(std::vector<std::shared_ptr<const Workbench>> benches,
                             std::size_t bytes)
    : bytes_(bytes) {
  cuda::Contexts contexts;
  for (const auto& bench : benches) contexts.push_back(&bench->context);
  std::size_t step = cuda::MulticastObject::step(contexts, bytes);
  for (const auto* context : contexts) {
    step = std::max(step, cuda::PhysicalMemory::step(*context));
  }
  const std::size_t whole = round_up(bytes, step);
  for (auto& bench : benches) {
    Member member;
    try {
      member.code = std::make_unique<cuda::Module>(bench->context, device_code());
      member.memory = std::make_unique<cuda::PhysicalMemory>(bench->context, whole);
      member.mapping = std::make_unique<cuda::Mapping>(*member.memory);
    } catch (const VendorError& error) {
      throw std::runtime_error(fmt::format("{}: {} MiB of its memory for multicast: {}",
                                           bench->gpu.subject, whole >> 20, error.what()));
    }
    member.bench = std::move(bench);
    members_.push_back(std::move(member));
  }
  try {
    object_ = std::make_unique<cuda::MulticastObject>(contexts, whole);
  } catch (const VendorError& error) {
    if (says(error, cuda::Status::not_supported) || says(error, cuda::Status::not_permitted)) {
      throw Skip(error.what());
    }
    throw;
  }
  for (unsigned attempt = 1; bindings_.empty(); ++attempt) {
    try {
      bind();
    } catch (const VendorError& error) {
      const std::string& subject = members_[bindings_.size()].bench->gpu.subject;
      bindings_.clear();
      if (!says(error, cuda::Status::system_not_ready)) {
        throw std::runtime_error(fmt::format("{}: {}", subject, error.what()));
      }
      if (attempt == tries) {
        throw std::runtime_error(fmt::format(
            "{}: {}, {} times in {} s. NVSwitch's multicast is not set up: nvidia-fabricmanager "
            "(on "
            "Blackwell nvlsm too) must run; nvidia-smi -q shows Fabric: State and Status",
            subject, error.what(), tries, pause.count() * (tries - 1)));
      }
      std::this_thread::sleep_for(pause);
    }
  }
  mapping_ = std::make_unique<cuda::Mapping>(*object_);
}

void MulticastTeam::bind() {
  for (const Member& member : members_) {
    bindings_.push_back(std::make_unique<cuda::MulticastBinding>(*object_, *member.memory));
  }
}

void MulticastTeam::lay_numbers() {
  if (holds_numbers_) return;
  for (unsigned rank = 0; rank < members_.size(); ++rank) {
    const Member& member = members_[rank];
    member.code->kernel("fill_numbers")
        .launch(member.bench->stream, member.bench->grid(), member.mapping->address(),
                piece_seed(rank, 0), bytes_ / element_bytes);
    member.bench->stream.synchronize();
  }
  holds_numbers_ = true;
}

std::shared_ptr<MulticastTeam> SharedTeam::get() {
  if (prevented_) std::rethrow_exception(prevented_);
  if (made_) return made_;
  try {
    std::vector<std::shared_ptr<const Workbench>> benches;
    for (const auto& bench : benches_) benches.push_back(bench->get());
    made_ = std::make_shared<MulticastTeam>(std::move(benches), bytes_);
  } catch (...) {
    prevented_ = std::current_exception();
    throw;
  }
  return made_;
}

Prepared prepare_multicast_write(const std::shared_ptr<MulticastTeam>& team, std::size_t one,
                                 cuda::DeviceAddress source) {
  return prepare<Write>(team, one, source);
}

Prepared prepare_multicast_reduce(const std::shared_ptr<MulticastTeam>& team, std::size_t one,
                                  cuda::DeviceAddress result) {
  return prepare<Reduce>(team, one, result);
}

}  // namespace plumbline::nvlink
