#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judging/name_numbers.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// The rate from one NIC to one of another host, in 28 bytes: there are millions of them. 0: it
/// failed.
struct PairRow {
  std::uint32_t from_host = 0;
  std::uint32_t from_nic = 0;
  std::uint32_t to_host = 0;
  std::uint32_t to_nic = 0;
  std::uint32_t round = 0;
  float rate = 0;
  bool simulated = false;
};

/// The rates between hosts that were measured in pairs, of each kind those of the largest size:
/// what is compared over the whole fleet. Rows may come from several threads and in any order.
class PairRows {
 public:
  struct Kind {
    std::string metric;
    Params params;
    std::string unit;
    std::uint64_t bytes = 0;
    std::vector<PairRow> rows;
  };

  /// Keeps what it needs of a row that is about a pair of hosts; of other rows it keeps nothing.
  void look_at(const Measurement& m);

  const std::map<std::string, Kind>& kinds() const { return kinds_; }
  /// The tasks of pairs: rate 1 of those that ended well, 0 of the others. NICs mean nothing there.
  const std::vector<PairRow>& tasks() const { return tasks_; }
  /// The hosts that measured, with the type that their rows say, in order of their names.
  Manifest measured_hosts() const;
  const NameNumbers& hosts() const { return hosts_; }
  const NameNumbers& nics() const { return nics_; }
  const NameNumbers& rounds() const { return rounds_; }  ///< "efa.round2"; of which run too

 private:
  std::mutex mutex_;
  void look_at_task(const Measurement& m);

  std::map<std::string, Kind> kinds_;
  std::vector<PairRow> tasks_;
  NameNumbers hosts_, nics_, rounds_;
  std::map<std::string, std::string> types_;  ///< of hosts
};

/// "node-18" and "rdmap80s0" of "node-18/rdmap80s0", where the peer of a row is of another host.
struct OtherEnd {
  std::string_view host;
  std::string_view nic;
};
std::optional<OtherEnd> other_end(std::string_view peer);

/// What rows of pairs are compared by.
std::string kind_of_pair_row(std::string_view metric, const Params& params);

}  // namespace plumbline
