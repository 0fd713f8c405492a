#include "probes/vendor/nccl_owners.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "probes/vendor/spin_pause.h"

namespace plumbline::nccl {
namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC: real also where RAW is virtual

/// What is made ready within this, as operations are, is not slept for: that would be timed too.
constexpr auto longest_spin = std::chrono::microseconds(500);
/// No nanosleep, which on a virtual node passes its time: it is others that are waited for.
constexpr unsigned poll_interval_us = 50;
/// How long giving back may take before it is done by force, and force before it is given up.
constexpr double longest_farewell_s = 10;

Clock::time_point after(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// Gives something back: nothing that goes wrong on the way leaves a destructor.
template <class GiveBack>
void quietly(GiveBack&& give_back) noexcept {
  try {
    give_back();
  } catch (...) {
  }
}

bool failed(Result result) { return result != Result::success && result != Result::in_progress; }

}  // namespace

Result grouped(const Library& library, const std::function<void()>& calls) {
  const Functions& call = library.call();
  call.group_start();
  try {
    calls();
  } catch (...) {
    call.group_end.status();  // the group ends whatever is in it
    throw;
  }
  const Result result = call.group_end.status();
  if (failed(result)) throw call.group_end.error(result);
  return result;
}

Communicators::Communicators(const Library& library, const UniqueId& id, int size,
                             std::span<const LocalRank> ranks, double deadline_s,
                             std::function<void()> watch)
    : library_(library),
      size_(size),
      deadline_s_(deadline_s),
      watch_(std::move(watch)),
      ranks_(ranks.begin(), ranks.end()),
      handles_(std::make_shared<std::vector<CommHandle>>(ranks.size(), nullptr)) {
  const Functions& call = library_.call();
  Config config;
  config.blocking = 0;
  try {
    grouped(library_, [&] {
      for (std::size_t i = 0; i < ranks_.size(); ++i) {
        ranks_[i].context->call();  // makes it current: NCCL takes the current GPU
        const Result result =
            call.init_rank.status(&handles_->at(i), size_, id, ranks_[i].rank, &config);
        if (failed(result)) throw call.init_rank.error(result);
      }
    });
    settle(deadline_s_);
  } catch (...) {
    abort();
    give_contexts_up();
    throw;
  }
}

Communicators::~Communicators() {
  if (aborted()) {
    give_contexts_up();
    return;
  }
  const Functions& call = library_.call();
  bool finalized = false;
  watch_ = nullptr;
  quietly([&] {
    grouped(library_, [&] {
      for (const CommHandle handle : *handles_) call.finalize.status(handle);
    });
    settle(std::min(longest_farewell_s, deadline_s_));
    finalized = true;
  });
  if (!finalized) {
    abort();
    give_contexts_up();
    return;
  }
  quietly([&] {
    for (const CommHandle handle : *handles_) call.destroy.status(handle);
  });
}

void Communicators::group(const std::function<void()>& calls) {
  try {
    if (grouped(library_, calls) == Result::in_progress) settle(deadline_s_);
  } catch (...) {
    abort();
    throw;
  }
}

Result Communicators::state() const {
  Result worst = Result::success;
  for (const CommHandle handle : *handles_) {
    Result result = Result::success;
    library_.call().async_error(handle, &result);
    if (failed(result)) return result;
    if (result == Result::in_progress) worst = result;
  }
  return worst;
}

void Communicators::check() const {
  const Result result = state();
  if (failed(result)) throw library_.call().async_error.error(result);
}

void Communicators::settle(double deadline_s) const {
  const Clock::time_point begin = Clock::now(), deadline = after(deadline_s);
  for (SpinPause pause;;) {
    const Result result = state();
    if (failed(result)) throw library_.call().async_error.error(result);
    if (result == Result::success) return;
    const Clock::time_point now = Clock::now();
    if (now >= deadline) {
      throw TimedOut("NCCL was not done within " + std::to_string(static_cast<int>(deadline_s)) +
                     " s");
    }
    if (now - begin < longest_spin) {
      pause();
    } else {
      if (watch_) watch_();
      ::usleep(poll_interval_us);
    }
  }
}

bool Communicators::abort() noexcept {
  if (aborted()) return !given_up_;
  given_up_ = true;
  quietly([&] {
    // All that the thread touches is its own: it may outlive this.
    std::packaged_task<void()> task([handles = std::move(handles_), call = library_.call().abort] {
      for (const CommHandle handle : *handles) {
        if (handle != nullptr) call.status(handle);
      }
    });
    const std::future<void> done = task.get_future();
    std::thread thread(std::move(task));
    const std::chrono::duration<double> limit(std::min(longest_farewell_s, deadline_s_));
    given_up_ = done.wait_for(limit) != std::future_status::ready;
    given_up_ ? thread.detach() : thread.join();
  });
  handles_.reset();
  return !given_up_;
}

void Communicators::give_contexts_up() const noexcept {
  if (!given_up_) return;
  quietly([&] {
    for (const LocalRank& rank : ranks_) {
      if (rank.context->is_given_up()) continue;
      rank.context->give_up(rank.context->name() +
                            ": NCCL could not be ended and keeps it: it is lost to this process");
    }
  });
}

Memory::Memory(const Library& library, const cuda::Context& context, std::size_t bytes)
    : library_(&library), context_(&context), bytes_(bytes) {
  context_->call();
  library_->call().memory_allocate(&data_, bytes_);
}

Memory::Memory(Memory&& other) noexcept
    : library_(other.library_),
      context_(other.context_),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(library_, other.library_);
  std::swap(context_, other.context_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Memory::~Memory() {
  if (data_ == nullptr) return;
  quietly([&] {
    context_->call();
    library_->call().memory_free.status(data_);
  });
}

Registration::Registration(const Communicators& communicators, std::size_t local,
                           const Memory& memory)
    : communicators_(&communicators), local_(local) {
  communicators.ranks()[local].context->call();
  communicators.library().call().register_buffer(communicators.handle(local), memory.data(),
                                                 memory.bytes(), &handle_);
}

Registration::Registration(Registration&& other) noexcept
    : communicators_(other.communicators_),
      local_(other.local_),
      handle_(std::exchange(other.handle_, nullptr)) {}

Registration::~Registration() {
  // What was aborted has forgotten its buffers.
  if (handle_ == nullptr || communicators_->aborted()) return;
  quietly([&] {
    communicators_->ranks()[local_].context->call();
    communicators_->library().call().deregister_buffer.status(communicators_->handle(local_),
                                                              handle_);
  });
}

}  // namespace plumbline::nccl
