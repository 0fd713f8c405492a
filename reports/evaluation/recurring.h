#pragma once

#include <string_view>
#include <unordered_map>
#include <utility>

#include "reports/evaluation/about.h"

namespace plumbline {

/// What follows from what rows are about, made once. Rows of one host after another are about the
/// same things in nearly the same order, so each remembers which one came behind it.
template <class Value>
class Recurring {
 public:
  Recurring() = default;
  Recurring(Recurring&& other) noexcept { *this = std::move(other); }
  Recurring& operator=(Recurring&& other) noexcept {
    known_ = std::move(other.known_);
    last_ = std::exchange(other.last_, nullptr);
    other.known_.clear();
    return *this;
  }

  /// What `make` gave for rows about the same.
  template <class Make>
  Value& of(const Measurement& m, const Make& make) {
    return of(m, m.peer, make);
  }

  /// The same, as if this were the peer of the row.
  template <class Make>
  Value& of(const Measurement& m, std::string_view peer, const Make& make) {
    if (last_ != nullptr && last_->second.next != nullptr &&
        are_about_the_same(last_->second.next->first, m, peer)) {
      last_ = last_->second.next;
      return last_->second.value;
    }
    auto found = known_.find(about_of(m, peer));
    if (found == known_.end()) {
      found = known_.emplace(about_of(m, peer), Entry{make(), nullptr}).first;
    }
    if (last_ != nullptr) last_->second.next = &*found;
    last_ = &*found;
    return last_->second.value;
  }

  void clear() {
    known_.clear();
    last_ = nullptr;
  }

 private:
  struct Entry;
  using Known = std::pair<const About, Entry>;
  struct Entry {
    Value value;
    Known* next;
  };

  std::unordered_map<About, Entry, HashOfAbout, EqualAbout> known_;  // which never moves them
  Known* last_ = nullptr;
};

}  // namespace plumbline
