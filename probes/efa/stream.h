#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/efa/intervals.h"
#include "probes/efa/orders.h"
#include "probes/efa/rail_end.h"

namespace plumbline::efa {

/// A sliding window: this end's part of a stream, as what posts, as where streams meet, or both.
/// Never stops at the edges of its window; every turn also reads the queue, or nothing would move.
class Stream {
 public:
  Stream(RailEnd& end, const StreamOrder& order);

  /// Bytes that this order needs of the memory of an end.
  static std::size_t out_bytes(const StreamOrder& order);
  static std::size_t in_bytes(const StreamOrder& order);

  /// Patterns written, memory for arrivals wiped, receives posted. Takes turns where it must.
  void prepare();
  void go() { posting_ = true; }
  void stop() { posting_ = false; }

  /// Posts what there is room for and takes what has ended; whether anything did.
  bool turn();

  bool posts() const { return !order_.to.empty(); }
  /// The end that knows what arrived: of reads the one that posts.
  bool counts() const { return order_.operation == Operation::read ? posts() : order_.sources > 0; }
  bool is_posting() const { return posting_; }
  bool is_drained() const { return under_way_ == 0 && in_burst_ == 0; }
  std::uint64_t under_way() const { return under_way_; }
  std::uint64_t completed() const { return completed_; }  ///< messages that this end has posted
  std::uint64_t arrived() const;                          ///< messages
  const std::vector<std::uint64_t>& arrived_of() const { return arrived_; }
  /// Something of every source, and enough messages that nothing is as at the beginning.
  bool is_flowing() const;

  void count(const CountOrder& order) { intervals_.emplace(order, arrived_.size()); }
  const std::optional<Intervals>& intervals() const { return intervals_; }

  /// Of the data that came of each source; of messages, which nothing tells apart by their source,
  /// the same for all. Empty: this end knows of none.
  std::vector<WrongBytes> wrong_bytes() const;

 private:
  struct Slot {
    fi_context2 context{};  ///< first: its address is the slot's
    std::uint64_t place = 0;
  };

  void post();
  long post_message(Slot& slot);
  bool post_receive(Slot& slot);
  void take(const fabric::Completion& completion, double now);
  void arrive(std::uint64_t messages, std::size_t source, double now);
  WrongBytes wrong_bytes_sent() const;
  std::span<std::byte> place(std::span<std::byte> memory, std::uint64_t at) const {
    return memory.subspan(at * order_.bytes, order_.bytes);
  }

  RailEnd& end_;
  StreamOrder order_;
  bool injects_;
  bool posting_ = false;
  std::vector<Slot> sends_, receives_;
  std::vector<Slot*> free_;  ///< of sends_, a ring: the longest unused first
  std::size_t first_free_ = 0, free_count_ = 0;
  std::uint64_t next_place_ = 0;    ///< of the next message
  std::uint64_t next_receive_ = 0;  ///< place of the next receive
  std::uint64_t in_burst_ = 0;
  unsigned pause_ = 0;  ///< turns without a post
  std::uint64_t under_way_ = 0, completed_ = 0;
  std::vector<std::uint64_t> arrived_;  ///< messages of each source
  std::vector<bool> touched_;           ///< places that a sent message came to
  std::vector<Slot*> unposted_;         ///< receives that could not be posted again yet
  std::optional<Intervals> intervals_;
};

}  // namespace plumbline::efa
