#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace plumbline {

/// Makes `count` items by several threads and hands them on in their order, whoever is ready first:
/// make(i, item) runs in all threads at once, take(item) in one after another. There is one item
/// for each thread, which is filled again and again. What either throws ends it and is thrown on.
template <class Item, class Make, class Take>
void in_order(std::size_t count, std::size_t threads, const Make& make, const Take& take) {
  std::mutex mutex;
  std::condition_variable turned;
  std::size_t next_made = 0, next_taken = 0;
  std::exception_ptr error;
  const auto work = [&] {
    Item item;
    std::unique_lock lock(mutex);
    while (next_made < count && !error) {
      const std::size_t i = next_made++;
      lock.unlock();
      try {
        make(i, item);
        lock.lock();
        turned.wait(lock, [&] { return next_taken == i || error; });
        if (error) return;
        lock.unlock();  // nobody else has this turn
        take(item);
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
  const std::size_t useful = std::min(std::max<std::size_t>(threads, 1), count);
  for (std::size_t i = 1; i < useful; ++i) others.emplace_back(work);
  work();
  others.clear();
  if (error) std::rethrow_exception(error);
}

/// As many threads as there are cores.
inline std::size_t all_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace plumbline
