#include "probes/virtual_node/simt/thread.h"

#include <memory>
#include <string>
#include <vector>

#include "probes/virtual_node/simt/fibre.h"

namespace plumbline::virtual_node {
namespace {

/// A warp's exchange under way: each lane gives a value, the last one makes all of them known. Two
/// sets are kept, because a lane may give its next value before a slower one has read these.
struct Warp {
  unsigned given = 0;       ///< lanes that have given a value of this round
  std::uint64_t round = 0;  ///< exchanges completed
  WarpValues giving{}, known[2]{};
};

/// A fibre and what it waits for.
struct Runner {
  enum class State { idle, running, at_barrier, in_exchange };

  std::unique_ptr<Fibre> fibre;
  State state = State::idle;
  DeviceThread thread;
  std::uint64_t round = 0;  ///< of the exchange that it waits for
};

/// The block that runs now. The driver's lock lets one host thread at a time in here.
class Block {
 public:
  void run(const char* kernel, Extent grid, Extent index, Extent size,
           const std::function<void()>& body) {
    kernel_ = kernel;
    body_ = &body;
    next_ = 0;
    threads_ = static_cast<unsigned>(size.count());
    warps_.assign((threads_ + 31) / 32, Warp{});
    prototype_ = {{}, index, size, grid, 0};
    while (next_ < threads_) resume(idle_runner());
    while (release_some()) {
    }
    const Runner* first = nullptr;  // of those that wait for ever
    for (const auto& runner : runners_) {
      if (runner->state == Runner::State::idle) continue;
      if (first == nullptr || runner->thread.number < first->thread.number) first = runner.get();
    }
    if (first != nullptr) throw stuck(*first);
  }

  const DeviceThread& thread() const { return current_->thread; }

  void barrier() {
    current_->state = Runner::State::at_barrier;
    wait();
  }

  WarpValues exchange(unsigned mask, std::uint64_t value) {
    const unsigned number = current_->thread.number, lane = current_->thread.lane();
    Warp& warp = warps_[number / 32];
    const unsigned lanes = threads_ - number / 32 * 32;
    if (lanes < 32) mask &= (1U << lanes) - 1;
    warp.giving.of_lane[lane] = value;
    warp.given |= 1U << lane;
    const std::uint64_t round = warp.round;
    if ((warp.given & mask) == mask) {
      warp.known[round % 2] = warp.giving;
      warp.given = 0;
      ++warp.round;
    } else {
      current_->state = Runner::State::in_exchange;
      current_->round = round;
      wait();
    }
    return warp.known[round % 2];
  }

  /// After a failure the stacks hold threads that will never end.
  void forget() {
    idle_.clear();
    runners_.clear();
  }

 private:
  Runner& idle_runner() {
    if (!idle_.empty()) {
      Runner& rested = *idle_.back();
      idle_.pop_back();
      return rested;
    }
    runners_.push_back(std::make_unique<Runner>());
    Runner& fresh = *runners_.back();
    fresh.fibre = std::make_unique<Fibre>([this, &fresh] { run_threads(fresh); });
    return fresh;
  }

  /// The life of a fibre: thread after thread, as long as none of them waits.
  void run_threads(Runner& self) {
    for (;;) {
      while (next_ < threads_) {
        const unsigned number = next_++;
        self.thread = prototype_;
        self.thread.number = number;
        const Extent& size = self.thread.block_size;
        self.thread.thread = {number % size.x, number / size.x % size.y,
                              number / (size.x * size.y)};
        self.state = Runner::State::running;
        (*body_)();
      }
      self.state = Runner::State::idle;
      idle_.push_back(&self);
      self.fibre->yield();
    }
  }

  void resume(Runner& runner) {
    current_ = &runner;
    runner.fibre->resume();
  }

  void wait() {
    Runner& self = *current_;
    self.fibre->yield();
    self.state = Runner::State::running;
  }

  /// Lets go on who can; false if nobody can.
  bool release_some() {
    bool any = false;
    // By index: a thread that goes on may make another fibre.
    for (std::size_t i = 0; i < runners_.size(); ++i) {
      Runner& runner = *runners_[i];
      if (runner.state == Runner::State::in_exchange &&
          warps_[runner.thread.number / 32].round > runner.round) {
        resume(runner);
        any = true;
      }
    }
    if (any) return true;
    std::vector<Runner*> arrived;
    for (const auto& runner : runners_) {
      if (runner->state == Runner::State::in_exchange) return false;
      if (runner->state == Runner::State::at_barrier) arrived.push_back(runner.get());
    }
    for (Runner* runner : arrived) resume(*runner);
    return !arrived.empty();
  }

  LaunchFailure stuck(const Runner& runner) const {
    const Extent& block = runner.thread.block;
    return LaunchFailure(std::string(kernel_) + ", block " + std::to_string(block.x) + "," +
                         std::to_string(block.y) + "," + std::to_string(block.z) + ", thread " +
                         std::to_string(runner.thread.number) + ", lane " +
                         std::to_string(runner.thread.lane()) +
                         " waits in a warp exchange for lanes that do not come");
  }

  const char* kernel_ = nullptr;
  const std::function<void()>* body_ = nullptr;
  unsigned next_ = 0, threads_ = 0;
  DeviceThread prototype_;
  std::vector<Warp> warps_;
  std::vector<std::unique_ptr<Runner>> runners_;
  std::vector<Runner*> idle_;
  Runner* current_ = nullptr;
};

Block& block() {
  static Block running;
  return running;
}

}  // namespace

const DeviceThread& this_thread() { return block().thread(); }
void block_barrier() { block().barrier(); }
WarpValues exchange(unsigned mask, std::uint64_t value) { return block().exchange(mask, value); }

DeviceClock& device_clock() {
  static DeviceClock clock;
  return clock;
}

void run_grid(const char* kernel, Extent grid, Extent size, const std::function<void()>& body) {
  try {
    for (unsigned z = 0; z < grid.z; ++z) {
      for (unsigned y = 0; y < grid.y; ++y) {
        for (unsigned x = 0; x < grid.x; ++x) block().run(kernel, grid, {x, y, z}, size, body);
      }
    }
  } catch (const LaunchFailure&) {
    block().forget();
    throw;
  }
}

}  // namespace plumbline::virtual_node
