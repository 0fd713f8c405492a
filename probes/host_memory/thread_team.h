#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace plumbline::host_memory {

/// Threads pinned to one CPU each that begin every piece of work together. They live as long as the
/// team; between two pieces of work they sleep.
class ThreadTeam {
 public:
  /// One thread for each of `cpus` (OS numbers). Throws std::system_error that names the CPU if its
  /// thread cannot be started or pinned; std::invalid_argument if there is none.
  explicit ThreadTeam(std::vector<unsigned> cpus);
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam();

  std::size_t size() const { return cpus_.size(); }
  const std::vector<unsigned>& cpus() const { return cpus_; }

  /// Calls work(rank) on every thread and returns the seconds (CLOCK_MONOTONIC_RAW) from the moment
  /// when all of them stood ready until the last one was done. If some throw, the others finish,
  /// and the exception of the lowest rank is rethrown. Not to be called from two threads at once,
  /// nor from within `work`.
  double run(const std::function<void(std::size_t rank)>& work);

 private:
  struct alignas(64) Member {
    std::thread thread;
    double end = 0;
    std::exception_ptr error;
  };

  void live(std::size_t rank);
  void wait_for_all(std::uint64_t round);
  void stop();

  std::vector<unsigned> cpus_;
  bool share_a_cpu_;  ///< two threads are pinned to one
  std::vector<Member> members_;

  std::mutex mutex_;
  std::condition_variable begun_;  ///< round_ or stopping_ has changed
  std::condition_variable ended_;  ///< working_ is 0
  std::uint64_t round_ = 0;
  std::size_t working_ = 0;
  bool stopping_ = false;
  const std::function<void(std::size_t)>* work_ = nullptr;

  double begin_ = 0;
  alignas(64) std::atomic<std::size_t> ready_ = 0;
  alignas(64) std::atomic<std::uint64_t> go_ = 0;  ///< the round that all are ready for
};

}  // namespace plumbline::host_memory
