#include "probes/host_memory/thread_team.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace plumbline::host_memory {
namespace {

double raw_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

/// A set of CPUs of any size: machines have more than the 1024 of cpu_set_t.
class CpuSet {
 public:
  explicit CpuSet(unsigned cpu)
      : bytes_(CPU_ALLOC_SIZE(cpu + 1)), set_(CPU_ALLOC(cpu + 1), free_set) {
    CPU_ZERO_S(bytes_, set_.get());
    CPU_SET_S(cpu, bytes_, set_.get());
  }
  std::size_t bytes() const { return bytes_; }
  const cpu_set_t* get() const { return set_.get(); }

 private:
  static void free_set(cpu_set_t* set) { CPU_FREE(set); }

  std::size_t bytes_;
  std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set_;
};

void pin(std::thread& thread, unsigned cpu) {
  const CpuSet set(cpu);
  const int error = ::pthread_setaffinity_np(thread.native_handle(), set.bytes(), set.get());
  if (error != 0) {
    throw std::system_error(error, std::generic_category(),
                            "cpu" + std::to_string(cpu) + ": cannot pin a thread to it");
  }
}

}  // namespace

ThreadTeam::ThreadTeam(std::vector<unsigned> cpus)
    : cpus_(std::move(cpus)),
      share_a_cpu_(std::set(cpus_.begin(), cpus_.end()).size() < cpus_.size()),
      members_(cpus_.size()) {
  if (cpus_.empty()) throw std::invalid_argument("a team of threads needs at least one CPU");
  try {
    for (std::size_t rank = 0; rank < size(); ++rank) {
      members_[rank].thread = std::thread([this, rank] { live(rank); });
      pin(members_[rank].thread, cpus_[rank]);
    }
  } catch (...) {
    stop();
    throw;
  }
}

ThreadTeam::~ThreadTeam() { stop(); }

void ThreadTeam::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  begun_.notify_all();
  for (Member& member : members_) {
    if (member.thread.joinable()) member.thread.join();
  }
}

double ThreadTeam::run(const std::function<void(std::size_t)>& work) {
  {
    std::unique_lock lock(mutex_);
    ready_.store(0, std::memory_order_relaxed);
    work_ = &work;
    working_ = size();
    ++round_;
    begun_.notify_all();
    ended_.wait(lock, [this] { return working_ == 0; });
  }
  double end = begin_;
  std::exception_ptr error;
  for (Member& member : members_) {
    end = std::max(end, member.end);
    if (auto thrown = std::exchange(member.error, nullptr); thrown && !error) error = thrown;
  }
  if (error) std::rethrow_exception(error);
  return end - begin_;
}

void ThreadTeam::live(std::size_t rank) {
  Member& me = members_[rank];
  for (std::uint64_t done = 0;; ++done) {
    {
      std::unique_lock lock(mutex_);
      begun_.wait(lock, [&] { return stopping_ || round_ != done; });
      if (stopping_) return;
    }
    wait_for_all(done + 1);
    try {
      (*work_)(rank);
    } catch (...) {
      me.error = std::current_exception();
    }
    me.end = raw_seconds();
    const std::lock_guard lock(mutex_);
    if (--working_ == 0) ended_.notify_one();
  }
}

/// Spins, so that all leave within a fraction of a microsecond, and gives way only after tens of
/// milliseconds: whoever gives way on a busy machine is late at the start.
void ThreadTeam::wait_for_all(std::uint64_t round) {
  const int patience = share_a_cpu_ ? 0 : 1'000'000;
  if (ready_.fetch_add(1, std::memory_order_acq_rel) + 1 == size()) {
    begin_ = raw_seconds();
    go_.store(round, std::memory_order_release);
    return;
  }
  for (int spins = 0; go_.load(std::memory_order_acquire) != round; ++spins) {
    if (spins < patience) {
      pause();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace plumbline::host_memory
