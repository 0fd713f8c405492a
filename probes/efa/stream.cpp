#include "probes/efa/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "probes/harness/sampler.h"

namespace plumbline::efa {
namespace {

constexpr int posts_per_turn = 8;
constexpr std::size_t entries_per_read = 16;
constexpr std::uint64_t small_bytes = 4096;
constexpr std::uint64_t many_receives = 1024;
/// What is injected is bounded by the other end's room alone: asking for it in every turn takes the
/// locks that the other end needs to make some.
constexpr unsigned turns_after_refusal = 64;
/// More data than this need not have arrived before a rate counts as steady.
constexpr std::uint64_t enough_warm_up_bytes = std::uint64_t{64} << 20;

// An immediate: how many writes it announces, and of which stream.
constexpr unsigned tag_bits = 16;
constexpr std::uint64_t immediate_of(std::uint64_t messages, std::uint32_t tag) {
  return messages << tag_bits | tag;
}

bool lies_in(const void* pointer, const auto& slots) {
  const std::less<const void*> before;
  return !slots.empty() && !before(pointer, slots.data()) &&
         before(pointer, slots.data() + slots.size());
}

}  // namespace

std::size_t Stream::out_bytes(const StreamOrder& order) {
  return order.to.empty() ? 0 : order.slots * order.bytes;
}

std::size_t Stream::in_bytes(const StreamOrder& order) {
  return order.sources * order.slots * order.bytes;
}

Stream::Stream(RailEnd& end, const StreamOrder& order)
    : end_(end),
      order_(order),
      injects_(order.operation != Operation::read && order.burst == 1 &&
               order.bytes <= end.inject_size() && end.offer().provider != "efa"),
      arrived_(std::max<std::uint32_t>(1, order.sources)) {
  if (posts()) {
    sends_.resize(std::clamp<std::uint64_t>(order.window, 1, end.offer().transmits));
    for (Slot& slot : sends_) free_.push_back(&slot);
    free_count_ = free_.size();
  }
  if (order.sources > 0 && order.operation == Operation::send) {
    // A message that finds no receive costs a copy, and small ones come many at once.
    const std::uint64_t least = order.bytes <= small_bytes ? many_receives : 1;
    receives_.resize(std::min<std::uint64_t>(end.offer().receives,
                                             std::max(least, 2 * order.window * order.sources)));
    touched_.resize(order.slots * order.sources);
  } else if (order.sources > 0 && order.operation == Operation::write) {
    // Where an immediate takes a receive, these are what it takes.
    receives_.resize(std::min<std::size_t>(end.offer().receives, 256));
  }
}

void Stream::prepare() {
  const std::span<std::byte> out = end_.out().first(out_bytes(order_));
  const std::span<std::byte> in = end_.in().first(in_bytes(order_));
  EndMemory& memory = end_.memory();
  switch (order_.operation) {
    case Operation::write:
      memory.fill(out, order_.seed);
      memory.wipe(in);
      break;
    case Operation::read:
      memory.wipe(out);
      memory.fill(in, order_.seed);
      break;
    case Operation::send:
      for (std::uint64_t at = 0; posts() && at < order_.slots; ++at) {
        memory.fill(place(out, at), order_.seed);
      }
      memory.wipe(in);
      break;
  }
  const bool needs_receives = order_.operation == Operation::send || end_.receives_hold_data();
  if (needs_receives) {
    for (Slot& slot : receives_) {
      while (!post_receive(slot)) end_.progress();
    }
  }
}

bool Stream::post_receive(Slot& slot) {
  std::span<std::byte> into;
  if (order_.operation == Operation::send) {
    slot.place = next_receive_;
    into = place(end_.in(), slot.place);
  }
  const long result = end_.endpoint().receive(into, end_.descriptor(), slot.context);
  if (result == -FI_EAGAIN) return false;
  fabric::check(result, "fi_recv", end_.offer().domain);
  if (++next_receive_ >= touched_.size()) next_receive_ = 0;
  return true;
}

long Stream::post_message(Slot& slot) {
  const Target& to = order_.to.front();
  fabric::Endpoint& endpoint = end_.endpoint();
  const std::span<std::byte> here = place(end_.out(), next_place_);
  const std::uint64_t there = to.memory.base + next_place_ * order_.bytes;
  switch (order_.operation) {
    case Operation::send:
      if (injects_) return endpoint.inject(here, to.address);
      return endpoint.send(here, end_.descriptor(), to.address, slot.context);
    case Operation::read:
      return endpoint.read(here, end_.descriptor(), to.address, there, to.memory.key, slot.context);
    case Operation::write:
      break;
  }
  if (in_burst_ + 1 < order_.burst && posting_) {
    const long result =
        endpoint.write(here, end_.descriptor(), to.address, there, to.memory.key, slot.context);
    if (result == 0) ++in_burst_;
    return result;
  }
  if (injects_) {
    return endpoint.inject_write_data(here, immediate_of(1, to.tag), to.address, there,
                                      to.memory.key);
  }
  const long result =
      endpoint.write_data(here, end_.descriptor(), immediate_of(in_burst_ + 1, to.tag), to.address,
                          there, to.memory.key, slot.context);
  if (result == 0) in_burst_ = 0;
  return result;
}

void Stream::post() {
  for (int posted = 0; posted < posts_per_turn && free_count_ > 0; ++posted) {
    if (!posting_ && in_burst_ == 0) return;
    if (pause_ > 0) {
      --pause_;
      return;
    }
    Slot& slot = *free_[first_free_];
    const long result = post_message(slot);
    if (result == -FI_EAGAIN) {
      if (injects_) pause_ = turns_after_refusal;
      return;
    }
    fabric::check(result, operation_names[order_.operation], end_.offer().domain);
    if (++next_place_ == order_.slots) next_place_ = 0;
    if (injects_) {
      ++completed_;
      continue;
    }
    if (++first_free_ == free_.size()) first_free_ = 0;
    --free_count_;
    ++under_way_;
  }
}

void Stream::arrive(std::uint64_t messages, std::size_t source, double now) {
  source = std::min(source, arrived_.size() - 1);
  arrived_[source] += messages;
  if (intervals_) intervals_->add(static_cast<double>(messages * order_.bytes), source, now);
}

void Stream::take(const fabric::Completion& completion, double now) {
  void* const context = completion.op_context;
  if (lies_in(context, sends_)) {
    free_[(first_free_ + free_count_) % free_.size()] = static_cast<Slot*>(context);
    ++free_count_;
    --under_way_;
    ++completed_;
    if (order_.operation == Operation::read) arrive(1, 0, now);
    return;
  }
  const bool into_receive = lies_in(context, receives_);
  if ((completion.flags & FI_REMOTE_CQ_DATA) != 0) {
    arrive(completion.data >> tag_bits, completion.data & ((1U << tag_bits) - 1), now);
  } else if (into_receive) {
    const auto at = static_cast<Slot*>(context)->place;
    if (completion.len != order_.bytes) {
      throw std::runtime_error(
          fmt::format("a message of {} bytes came, expected {}", completion.len, order_.bytes));
    }
    touched_[at] = true;
    arrive(1, 0, now);
  }
  if (into_receive) unposted_.push_back(static_cast<Slot*>(context));
}

bool Stream::turn() {
  const std::uint64_t completed_before = completed_;
  if (posts()) post();
  std::array<fabric::Completion, entries_per_read> entries;
  const long count = end_.queue().read(entries);
  if (count < 0) end_.throw_completion_error(count);
  if (count > 0) {
    const double now = intervals_ ? monotonic_seconds() : 0;
    for (long i = 0; i < count; ++i) take(entries[static_cast<std::size_t>(i)], now);
  }
  while (!unposted_.empty() && post_receive(*unposted_.back())) unposted_.pop_back();
  return count > 0 || completed_ != completed_before;
}

std::uint64_t Stream::arrived() const {
  return std::accumulate(arrived_.begin(), arrived_.end(), std::uint64_t{0});
}

bool Stream::is_flowing() const {
  const std::uint64_t enough = std::clamp<std::uint64_t>(
      enough_warm_up_bytes / std::max<std::uint64_t>(1, order_.bytes), 1, 2 * order_.window);
  if (arrived() < enough) return false;
  return order_.operation == Operation::send ||
         std::all_of(arrived_.begin(), arrived_.end(), [](std::uint64_t of) { return of > 0; });
}

WrongBytes Stream::wrong_bytes_sent() const {
  WrongBytes wrong;
  for (std::size_t at = 0; at < touched_.size(); ++at) {
    if (!touched_[at]) continue;
    WrongBytes here = end_.memory().wrong_bytes(place(end_.in(), at), order_.seed);
    if (here.count == 0) continue;
    here.first = fmt::format("buffer {}: {}", at, here.first);
    wrong.add(here);
  }
  return wrong;
}

std::vector<WrongBytes> Stream::wrong_bytes() const {
  if (!counts()) return {};
  if (order_.operation == Operation::send) return {arrived_.size(), wrong_bytes_sent()};
  std::vector<WrongBytes> of_sources;
  const std::uint64_t part = order_.slots * order_.bytes;
  for (std::size_t source = 0; source < arrived_.size(); ++source) {
    const std::span<std::byte> memory =
        order_.operation == Operation::read ? end_.out() : end_.in().subspan(source * part);
    const auto written = std::min(arrived_[source], order_.slots) * order_.bytes;
    of_sources.push_back(end_.memory().wrong_bytes(memory.first(written), order_.seed));
  }
  return of_sources;
}

}  // namespace plumbline::efa
