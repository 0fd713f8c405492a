#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "results/schema/baseline.h"

namespace plumbline {

/// "gpu>gpu" of "gpu0>gpu3": the digits left out. Whatever another host is called, of
/// "rdmap79s0>node-18/rdmap80s0" it is "rdmaps>host/rdmaps".
std::string class_of(std::string_view path);

/// What a path counts as where it is counted how many of a class were measured: itself, but of a
/// path to another host its own end, which meets many others: "rdmap79s0>host".
std::string counted_as(const std::string& path);

/// What an expectation is about: metric, subject, params, bytes and nodes. There is one of each.
std::string key_of(const Baseline& b);

/// All that is expected of one instance type, found by what a row is about.
class Expectations {
 public:
  Expectations() = default;
  explicit Expectations(std::vector<Baseline> baselines);

  const std::vector<Baseline>& all() const { return baselines_; }
  bool empty() const { return baselines_.empty(); }
  /// Without a gate nothing can be rejected, so nothing can be accepted.
  bool has_gate() const;
  /// Without a timed expectation nothing is known of the noise of this type.
  bool has_timed() const;
  /// Some are of a path to one certain host.
  bool name_other_hosts() const { return name_other_hosts_; }

  /// Positions in all() of those that the row answers, the one to judge it by first: an exact
  /// subject before a class, then the most params, then a size, then the transport that was asked
  /// for. A param "transport" is a demand on the row, not part of what the row is about.
  std::vector<std::size_t> answered_by(const Measurement& m) const;

 private:
  std::vector<Baseline> baselines_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_metric_;
  bool name_other_hosts_ = false;
};

/// True if `b` says nothing about the transport, or the row used the one that it asks for: efa/efa
/// is efa too.
bool transport_as_asked(const Baseline& b, const Measurement& m);

/// How many nodes measured together: what the row says, else 2 for a path to another host.
std::uint64_t nodes_of(const Measurement& m);

}  // namespace plumbline
