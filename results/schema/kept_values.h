#pragma once

// Values that the program keeps for good, each once: included only by the .cpp files of their
// types.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_set>

namespace plumbline {

/// The values of one kind. A Value is made from a text and is found by it, its member `text`. There
/// is one store for the whole program: what it holds never changes, so nobody can tell it from
/// none, but that equal values have one address.
template <class Value>
class KeptValues {
 public:
  /// Null if there is none of this text.
  static const Value* find(std::string_view text) {
    const Value*& mine = lately(text);
    if (mine != nullptr && mine->text == text) return mine;
    Shard& shard = shard_of(text);
    const std::shared_lock lock(shard.mutex);
    const auto found = shard.values.find(text);
    return found == shard.values.end() ? nullptr : mine = &*found;
  }

  static const Value& of(std::string_view text) {
    if (const Value* found = find(text)) return *found;
    Shard& shard = shard_of(text);
    const std::unique_lock lock(shard.mutex);
    return *(lately(text) = &*shard.values.emplace(text).first);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
    std::size_t operator()(const Value& value) const { return (*this)(value.text); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Value& a, const Value& b) const { return a.text == b.text; }
    bool operator()(std::string_view a, const Value& b) const { return a == b.text; }
    bool operator()(const Value& a, std::string_view b) const { return a.text == b; }
  };
  struct Shard {
    std::shared_mutex mutex;
    std::unordered_set<Value, Hash, Equal> values;  // which never moves them
  };

  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t remembered = 4096;  ///< 32 KB for each thread

  /// By the upper bits: a shard finds its values by the lower ones.
  static Shard& shard_of(std::string_view text) {
    // Never destroyed: threads may still read at exit, and to give back millions takes its time.
    static auto& shards = *new std::array<Shard, shard_count>;
    return shards[std::rotl(Hash()(text), 8) % shard_count];
  }

  /// What this thread asked for lately, so that threads do not wait for each other: by the length,
  /// the first, the middle and the last characters.
  static const Value*& lately(std::string_view text) {
    thread_local std::array<const Value*, remembered> values{};
    std::uint64_t hash = text.size();
    const auto add = [&](std::size_t at, std::size_t count) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, count);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
      hash ^= hash >> 32U;
    };
    if (text.size() < 8) {
      add(0, text.size());
    } else {
      add(0, 8);
      add(text.size() / 2 - 4, 8);
      add(text.size() - 8, 8);
    }
    return values[hash % remembered];
  }
};

}  // namespace plumbline
