#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/evaluation/recurring.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// One timed value of one subject, in 12 bytes: there are many millions of them.
struct FleetRow {
  std::uint32_t host = 0;
  std::uint16_t path = 0;
  std::uint16_t occasion = 0;
  float value = 0;

  auto operator<=>(const FleetRow&) const = default;
};

/// What can be compared over the hosts of one type: one metric of one class of subjects or paths,
/// of one size and the same params, all measured or all simulated.
struct TimedColumn {
  std::string key;  ///< of all of what follows: what columns are ordered by
  Text instance_type;
  Text metric;
  std::string subject_class;
  std::uint64_t bytes = 0;
  Params params;
  Text unit;
  Better better = Better::higher;
  Provenance provenance = Provenance::measured;
  std::vector<FleetRow> rows;  ///< by host, path, occasion
};

/// A run, and the how manieth measurement of a step in it.
struct Occasion {
  Text run;
  std::uint64_t attempt = 1;

  auto operator<=>(const Occasion&) const = default;
};

/// The timed values of all hosts by themselves, in columns.
struct TimedColumns {
  /// Subject and peer; the peer may be empty.
  struct Path {
    Text subject;
    std::string peer;

    auto operator<=>(const Path&) const = default;
  };

  std::vector<std::string> hosts;  ///< in order of their names
  std::vector<Path> paths;
  std::vector<Occasion> occasions;
  std::vector<TimedColumn> columns;  ///< in order of their keys
  /// There are more paths or occasions than a row can tell apart: then there are no columns.
  bool has_too_many_names = false;
};

/// Gathers such a table while rows are read, by several threads and in any order: what comes out
/// does not depend on it.
class FleetRows {
 public:
  /// Keeps the value of a row, if it has one that can be compared with that of other hosts: what
  /// several hosts did together is not, nor a fact.
  void look_at(const Measurement& m);

  /// All rows so far; the gatherer is empty afterwards.
  TimedColumns settle(std::size_t threads = 1);

 private:
  /// Values and their numbers, in the order in which they came. The next is often that of before.
  template <class Value>
  class Numbered {
   public:
    std::uint32_t number(const Value& value) {
      if (last_ < values_.size() && values_[last_] == value) return last_;
      const auto next = static_cast<std::uint32_t>(values_.size());
      const auto [entry, is_new] = numbers_.try_emplace(value, next);
      if (is_new) values_.push_back(value);
      return last_ = entry->second;
    }
    const std::vector<Value>& values() const { return values_; }

   private:
    std::map<Value, std::uint32_t> numbers_;
    std::vector<Value> values_;
    std::uint32_t last_ = 0;
  };

  /// Where a row belongs, in its shard.
  struct Place {
    std::size_t column = 0;
    std::uint32_t path = 0;
  };
  /// What one of the threads gathers; threads share one now and then.
  struct Shard {
    std::mutex mutex;
    Numbered<Text> hosts;
    Numbered<TimedColumns::Path> paths;
    Numbered<Occasion> occasions;
    std::vector<TimedColumn> columns;
    std::unordered_map<std::string, std::size_t> by_key;
    Recurring<Place> places;
  };

  static Place place_of(Shard& shard, const Measurement& m);

  std::array<Shard, 16> shards_;
};

}  // namespace plumbline
