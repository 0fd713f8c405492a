#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/judging/name_numbers.h"
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
  std::string instance_type;
  std::string metric;
  std::string subject_class;
  std::uint64_t bytes = 0;
  Params params;
  std::string unit;
  Better better = Better::higher;
  Provenance provenance = Provenance::measured;
  std::vector<FleetRow> rows;  ///< by host, path, occasion
};

/// A run, and the how manieth measurement of a step in it.
struct Occasion {
  std::string run;
  std::uint64_t attempt = 1;

  auto operator<=>(const Occasion&) const = default;
};

/// The timed values of all hosts by themselves, in columns.
struct TimedColumns {
  /// Subject and peer; the peer may be empty.
  struct Path {
    std::string subject, peer;

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
  TimedColumns settle();

 private:
  /// What one of the threads gathers; threads share one now and then.
  struct Shard {
    std::mutex mutex;
    NameNumbers hosts, paths, occasions;
    std::unordered_map<std::string, std::size_t> by_key;
    std::vector<TimedColumn> columns;
    std::string key, path, occasion;  ///< of the row at hand: buffers
    // Of the row before, of which the next one is often like.
    std::uint32_t last_host = 0;
    std::uint32_t last_occasion = 0;
    std::size_t last_column = 0;
  };

  static TimedColumn& column_of(Shard& shard, const Measurement& m);

  std::array<Shard, 16> shards_;
};

}  // namespace plumbline
