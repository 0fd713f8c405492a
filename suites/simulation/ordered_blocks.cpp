#include "suites/simulation/ordered_blocks.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace plumbline::simulation {

void in_order(std::size_t blocks, unsigned threads,
              const std::function<void(std::size_t block, std::string& text)>& make,
              const std::function<void(const std::string& text)>& take) {
  std::mutex mutex;
  std::condition_variable turned;
  std::size_t next_made = 0, next_taken = 0;
  std::exception_ptr error;
  const auto work = [&] {
    std::string text;
    std::unique_lock lock(mutex);
    while (next_made < blocks && !error) {
      const std::size_t block = next_made++;
      lock.unlock();
      try {
        text.clear();
        make(block, text);
        lock.lock();
        turned.wait(lock, [&] { return next_taken == block || error; });
        if (error) return;
        lock.unlock();  // nobody else has this turn
        take(text);
        lock.lock();
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (!error) error = std::current_exception();
      }
      ++next_taken;
      turned.notify_all();
    }
  };
  std::vector<std::jthread> others;
  const std::size_t useful = std::min<std::size_t>(std::max(threads, 1U), blocks);
  for (std::size_t i = 1; i < useful; ++i) others.emplace_back(work);
  work();
  others.clear();
  if (error) std::rethrow_exception(error);
}

}  // namespace plumbline::simulation
