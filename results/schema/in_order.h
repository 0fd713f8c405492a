#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace plumbline {

/// Does work(i) for each i below `count` by several threads, in any order. What it throws ends it
/// and is thrown on.
template <class Work>
void in_any_order(std::size_t count, std::size_t threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr error;
  std::mutex mutex;
  const auto work_on = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(work_on);
    work_on();
  }
  if (error) std::rethrow_exception(error);
}

/// So many items are there at once for each of several threads.
inline constexpr std::size_t items_in_order = 4;

/// Makes `count` items by several threads and hands them on in their order, whoever is ready first:
/// make(i, item) runs in all threads at once, take(item) in one after another. There are a few
/// items for each thread, which are filled again and again, so that one that takes longer holds up
/// nobody for a while. What either throws ends it and is thrown on.
template <class Item, class Make, class Take>
void in_order(std::size_t count, std::size_t threads, const Make& make, const Take& take) {
  static_assert(std::is_nothrow_move_constructible_v<Item>);
  const std::size_t useful = std::min(std::max<std::size_t>(threads, 1), count);
  // That of the number i lies at i modulo their number, once it is made and until it is taken.
  std::vector<std::optional<Item>> made(useful == 1 ? 1 : items_in_order * useful);
  std::vector<Item> idle(made.size());
  std::mutex mutex;
  std::condition_variable one_idle;
  std::size_t next_made = 0, next_taken = 0;
  bool is_taking = false;
  std::exception_ptr error;
  const auto next = [&]() -> std::optional<Item>& { return made[next_taken % made.size()]; };
  const auto take_all = [&](std::unique_lock<std::mutex>& lock) {
    is_taking = true;  // for good if one throws
    while (!error && next()) {
      Item item = *std::exchange(next(), std::nullopt);
      lock.unlock();
      take(item);
      lock.lock();
      idle.push_back(std::move(item));
      ++next_taken;
      one_idle.notify_one();
    }
    is_taking = false;
  };
  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      one_idle.wait(lock, [&] { return !idle.empty() || next_made == count || error; });
      if (next_made == count || error) return;
      const std::size_t i = next_made++;
      Item item = std::move(idle.back());
      idle.pop_back();
      try {
        lock.unlock();
        make(i, item);
        lock.lock();
        made[i % made.size()] = std::move(item);
        if (!is_taking) take_all(lock);
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (!error) error = std::current_exception();
      }
      if (next_made == count || error) one_idle.notify_all();
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < useful; ++i) others.emplace_back(work);
  work();
  others.clear();
  if (error) std::rethrow_exception(error);
}

/// As many threads as there are cores.
inline std::size_t all_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace plumbline
